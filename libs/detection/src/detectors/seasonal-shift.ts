import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { DelayLine } from './delay-line.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';
import { dayOf, hourOf, isWeekend } from './week.ts';

const slots = 48;
const recentCount = 24;
const historyMemory = 4_000;
const leastHistory = 50;
/** Values that a slot's mean is made of at most: about a week of five-minute samples. */
const slotMemory = 96;
const slotLeast = 8;
const allowed = 3;
/** A single outlier is no unusual day: it may count for as much as so many usual distances, and that once. */
const largestDeviation = 2;

/**
 * The mean distance of the last 24 values from what is usual at their hour, on weekdays or at the weekend, against how far
 * such means have strayed so far: a day that runs unlike the others although no single value is strange.
 */
export const seasonalShift: DetectorDefinition = {
  name: 'seasonal_shift',
  component: 'pattern',
  trust: 0.7,
  scale: 'rarity',
  create: (settings, saved) => new SeasonalShift(settings, saved),
};

class SeasonalShift implements Detector {
  readonly #settings: DetectorSettings;
  readonly #means: Float64Array;
  readonly #counts: Float64Array;
  /** Distances of the newest values; NaN where nothing was known of their hour. */
  readonly #recent: DelayLine;
  readonly #habit: RunningMoments;
  #strayed = Number.NaN;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    const numbers = saved === undefined ? [] : [...unpack64(saved)];
    const [habit, means, counts] = [numbers.slice(0, 3), numbers.slice(3, 3 + slots), numbers.slice(3 + slots)];
    this.#habit = new RunningMoments(historyMemory, habit);
    this.#means = Float64Array.from({ length: slots }, (_, slot) => means[slot] ?? 0);
    this.#counts = Float64Array.from({ length: slots }, (_, slot) => counts[slot] ?? 0);
    this.#recent = new DelayLine(recentCount, numbers.slice(3 + 2 * slots));
  }

  observe(value: number, timeMs: number): number {
    const slot = slotOf(timeMs);
    const isKnown = (this.#counts[slot] ?? 0) >= slotLeast;
    const usual = Math.max(this.#habit.spread, deviationFloor(value, this.#settings.unit));
    const reach = largestDeviation * recentCount * usual;
    const distance = value - (this.#means[slot] ?? 0);
    this.#recent.push(isKnown ? Math.max(-reach, Math.min(reach, distance)) : Number.NaN);
    this.#strayed = this.#recent.isFull ? this.#recent.mean : Number.NaN;
    if (Number.isNaN(this.#strayed) || this.#habit.count < leastHistory) return Number.NaN;
    return this.#strayed / usual;
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > allowed;
  }

  learn(value: number, timeMs: number): void {
    if (!Number.isNaN(this.#strayed)) this.#habit.push(this.#strayed);
    const slot = slotOf(timeMs);
    const count = Math.min((this.#counts[slot] ?? 0) + 1, slotMemory);
    this.#counts[slot] = count;
    this.#means[slot] = (this.#means[slot] ?? 0) + (value - (this.#means[slot] ?? 0)) / count;
  }

  save(): SavedDetector {
    return pack64([...this.#habit.numbers(), ...this.#means, ...this.#counts, ...this.#recent.numbers()]);
  }
}

function slotOf(timeMs: number): number {
  return hourOf(timeMs) + (isWeekend(dayOf(timeMs)) ? 24 : 0);
}
