import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Range, SavedDetector } from './detector.ts';
import { pack32, pack64, unpack32, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';
import { SlotSketches } from './slot-sketches.ts';
import { dayOf, hourOf, isWeekend } from './week.ts';

const slots = 7 * 24;
/** Fewer values say nothing of an hour. */
const leastWeight = 8;
const habitMemory = 4_000;
const leastHabit = 50;

/**
 * Spec 1.3: outside the 5th to 95th percentile of the same hour of the same weekday; while there is no such history, of the
 * same hour of weekdays or weekends, then of any day. How far from the median is measured in the deviations of all hours
 * together: a single hour has seen too little to tell. Hours are UTC.
 */
export const seasonality: DetectorDefinition = {
  name: 'seasonality',
  component: 'pattern',
  trust: 0.3,
  scale: 'rarity',
  create: (settings, saved) => new Seasonality(settings, saved),
};

class Seasonality implements Detector {
  readonly #settings: DetectorSettings;
  #sketches: SlotSketches | undefined;
  /** The hour that the band is for. What comes within the hour changes nothing of its own band. */
  #hour = -1;
  #lower = Number.NaN;
  #median = Number.NaN;
  #upper = Number.NaN;
  #isOutside = false;
  /** Distances from the median of the hour. */
  #habit = new RunningMoments(habitMemory);
  #distance = Number.NaN;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    if (saved === undefined) return;
    const [head = '', sketches] = saved.split(' ');
    const [hour = -1, lower = 0, median = 0, upper = 0, ...habit] = unpack64(head);
    [this.#hour, this.#lower, this.#median, this.#upper] = [hour, lower, median, upper];
    this.#habit = new RunningMoments(habitMemory, habit);
    if (sketches !== undefined) this.#sketches = new SlotSketches(slots, unpack32(sketches));
  }

  observe(value: number, timeMs: number): number {
    const hour = Math.floor(timeMs / 3_600_000);
    if (hour !== this.#hour) this.#turnTo(hour, timeMs);
    this.#distance = value - this.#median;
    if (Number.isNaN(this.#median) || this.#habit.count < leastHabit) return Number.NaN;
    this.#isOutside = value < this.#lower || value > this.#upper;
    return this.#distance / Math.max(this.#habit.spread, deviationFloor(this.#median, this.#settings.unit));
  }

  isAnomalous(): boolean {
    return this.#isOutside;
  }

  learn(value: number, timeMs: number): void {
    if (!Number.isNaN(this.#distance)) this.#habit.push(this.#distance);
    this.#sketches ??= new SlotSketches(slots);
    this.#sketches.push(dayOf(timeMs) * 24 + hourOf(timeMs), value);
  }

  range(): Range {
    return { expected: this.#median, lower: this.#lower, upper: this.#upper };
  }

  save(): SavedDetector {
    const head = pack64([this.#hour, this.#lower, this.#median, this.#upper, ...this.#habit.numbers()]);
    return this.#sketches === undefined ? head : `${head} ${pack32(this.#sketches.numbers)}`;
  }

  #turnTo(hour: number, timeMs: number): void {
    this.#hour = hour;
    const known = this.#sketches === undefined ? undefined : this.#slotsFor(this.#sketches, timeMs);
    const [lower = Number.NaN, median = Number.NaN, upper = Number.NaN] =
      this.#sketches === undefined || known === undefined ? [] : this.#sketches.quantiles(known, [0.05, 0.5, 0.95]);
    [this.#lower, this.#median, this.#upper] = [lower, median, upper];
  }

  #slotsFor(sketches: SlotSketches, timeMs: number): readonly number[] | undefined {
    const [day, hour] = [dayOf(timeMs), hourOf(timeMs)];
    const alike = [0, 1, 2, 3, 4, 5, 6].filter((other) => isWeekend(other) === isWeekend(day));
    return [[day], alike, [0, 1, 2, 3, 4, 5, 6]]
      .map((days) => days.map((one) => one * 24 + hour))
      .find((candidates) => candidates.reduce((sum, slot) => sum + sketches.weight(slot), 0) >= leastWeight);
  }
}
