import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';

const slicesPerSpan = 6;
const sliceCount = slicesPerSpan + 1;
/** Percentages of nearly nothing mean nothing: the earlier value counts as at least so many smallest deviations. */
const leastLevelInFloors = 10;
const fields = 5;
const habitMemory = 4_000;
const leastHabit = 10;

/**
 * Spec 1.3: the largest change, in percent of the earlier value, against any value within the span and the one before. The verdict is the
 * specification's; how much it counts is how the change compares with those that this series is used to.
 */
export const rateOfChange: DetectorDefinition = {
  name: 'rate_of_change',
  component: 'pattern',
  trust: 0.4,
  scale: 'rarity',
  create: (settings, saved) => new RateOfChange(settings, saved),
};

class RateOfChange implements Detector {
  readonly #settings: DetectorSettings;
  readonly #sliceMs: number;
  /** A ring of parts of the span: their number in time, lowest value and when, highest value and when. */
  readonly #slices: Float64Array;
  /** The newest value learned: compared with whatever its age, as samples may be further apart than the span. */
  #previous = Number.NaN;
  #previousMs = 0;
  #isTooFast = false;
  /** The changes that this series is used to. */
  #habit = new RunningMoments(habitMemory);
  #change = Number.NaN;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    this.#sliceMs = settings.rule.rateOfChange.withinMs / slicesPerSpan;
    this.#slices = new Float64Array(sliceCount * fields).fill(Number.NEGATIVE_INFINITY);
    if (saved === undefined) return;
    const [previous = Number.NaN, previousMs = 0, count = 0, mean = 0, variance = 0, ...slices] = unpack64(saved);
    this.#habit = new RunningMoments(habitMemory, [count, mean, variance]);
    [this.#previous, this.#previousMs] = [previous, previousMs];
    this.#slices.set(slices);
  }

  observe(value: number, timeMs: number): number {
    if (Number.isNaN(this.#previous)) return Number.NaN;
    const { withinMs, maxPercent } = this.#settings.rule.rateOfChange;
    const since = timeMs - withinMs;
    const slices = this.#slices;
    let low = this.#previous;
    let high = this.#previous;
    for (let at = 0; at < slices.length; at += fields) {
      if ((slices[at + 2] ?? 0) >= since) low = Math.min(low, slices[at + 1] ?? 0);
      if ((slices[at + 4] ?? 0) >= since) high = Math.max(high, slices[at + 3] ?? 0);
    }
    this.#change = value - low >= high - value ? value - low : value - high;
    const earlier = this.#change > 0 ? low : high;
    const percent = (100 * Math.abs(this.#change)) / this.#level(earlier);
    // Spec 1.3 speaks of change per time: over a longer time than the span, more of it is acceptable.
    this.#isTooFast = (percent * withinMs) / Math.max(withinMs, timeMs - this.#previousMs) > maxPercent;
    if (this.#habit.count < leastHabit) return Number.NaN;
    return this.#change / Math.max(this.#habit.spread, deviationFloor(earlier, this.#settings.unit));
  }

  isAnomalous(): boolean {
    return this.#isTooFast;
  }

  learn(value: number, timeMs: number): void {
    if (!Number.isNaN(this.#change)) this.#habit.push(this.#change);
    [this.#previous, this.#previousMs] = [value, timeMs];
    const slices = this.#slices;
    const number = Math.floor(timeMs / this.#sliceMs);
    const at = (number % sliceCount) * fields;
    if (slices[at] !== number) {
      slices[at] = number;
      slices[at + 1] = value;
      slices[at + 3] = value;
    }
    // The later of two equals, as it stays within the span for longer.
    if (value <= (slices[at + 1] ?? 0)) {
      slices[at + 1] = value;
      slices[at + 2] = timeMs;
    }
    if (value >= (slices[at + 3] ?? 0)) {
      slices[at + 3] = value;
      slices[at + 4] = timeMs;
    }
  }

  save(): SavedDetector {
    return pack64([this.#previous, this.#previousMs, ...this.#habit.numbers(), ...this.#slices]);
  }

  #level(earlier: number): number {
    return Math.max(Math.abs(earlier), leastLevelInFloors * deviationFloor(earlier, this.#settings.unit));
  }
}
