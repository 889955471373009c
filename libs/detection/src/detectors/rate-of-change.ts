import { z } from 'zod';
import { tailScore } from '../scoring/tail-score.ts';
import { deviationFloor } from '../text/unit.ts';
import type {
  Detector,
  DetectorDefinition,
  DetectorSettings,
  Direction,
  Judgement,
  Learning,
  Sample,
  SavedDetector,
} from './detector.ts';
import { packNumbers, unpackNumbers } from './pack-numbers.ts';

/** Lowest and highest value of a part of the span, and when they were. */
interface Slice {
  readonly low: number;
  readonly lowAtMs: number;
  readonly high: number;
  readonly highAtMs: number;
}

interface State {
  readonly slices: readonly Slice[];
  /** Changes that the habit is made of, their mean and variance, in percent. */
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

const Saved = z.strictObject({ slices: z.string(), count: z.number(), mean: z.number(), variance: z.number() });

const slicesPerSpan = 6;
const historyMemory = 100;
/** How far beyond its own habits a change must be, in deviations, to count as much as its size alone would. */
const habitDeviations = 5;
/** Percentages of nearly nothing mean nothing: the earlier value counts as at least so many smallest deviations. */
const leastLevelInFloors = 10;

/**
 * Spec 1.3: the largest change, in percent of the earlier value, against any value within the span. The verdict is the
 * specification's; the score also asks how unusual such a change is for this very series (a series that jumps by half
 * every minute is normal doing so): it is the tail score of the lesser of size ÷ threshold and deviation from habit ÷ 5.
 */
export const rateOfChange: DetectorDefinition = {
  name: 'rate_of_change',
  component: 'pattern',
  create: (settings, saved) =>
    new RateOfChange(settings, saved === undefined ? { slices: [], count: 0, mean: 0, variance: 0 } : restore(saved)),
};

class RateOfChange implements Detector {
  readonly #settings: DetectorSettings;
  #state: State;

  constructor(settings: DetectorSettings, state: State) {
    this.#settings = settings;
    this.#state = state;
  }

  judge(sample: Sample): Judgement | undefined {
    const change = this.#largestChange(sample);
    if (change === undefined) return undefined;
    const { count, mean, variance } = this.#state;
    const { maxPercent } = this.#settings.rule.rateOfChange;
    const size = change.percent / maxPercent;
    const habit = count < 3 ? 0 : Math.max(0, change.percent - mean) / Math.max(Math.sqrt(variance), 1);
    return {
      score: tailScore(habitDeviations * Math.min(size, habit / habitDeviations), habitDeviations),
      anomalous: change.percent > maxPercent,
      direction: change.direction,
    };
  }

  /** Outliers are no earlier value to compare with: else the return to normal would look like the next change. */
  learn(sample: Sample, learning: Learning): void {
    if (learning !== 'full') return;
    const { count, mean, variance } = this.#state;
    const slices = this.#withSample(sample);
    const change = this.#largestChange(sample);
    if (change === undefined) {
      this.#state = { slices, count, mean, variance };
      return;
    }
    const memory = Math.min(count + 1, historyMemory);
    const distance = change.percent - mean;
    const moved = mean + distance / memory;
    this.#state = {
      slices,
      count: count + 1,
      mean: moved,
      variance: variance + (distance * (change.percent - moved) - variance) / memory,
    };
  }

  copy(): Detector {
    return new RateOfChange(this.#settings, this.#state);
  }

  save() {
    const numbers = this.#state.slices.flatMap(({ low, lowAtMs, high, highAtMs }) => [low, lowAtMs, high, highAtMs]);
    return { ...this.#state, slices: packNumbers(Float64Array.from(numbers)) };
  }

  #largestChange({ timeMs, value }: Sample): { readonly percent: number; readonly direction: Direction } | undefined {
    const since = timeMs - this.#settings.rule.rateOfChange.withinMs;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const slice of this.#state.slices) {
      if (slice.lowAtMs >= since) low = Math.min(low, slice.low);
      if (slice.highAtMs >= since) high = Math.max(high, slice.high);
    }
    const rise = low === Number.POSITIVE_INFINITY ? 0 : (value - low) / this.#level(low);
    const fall = high === Number.NEGATIVE_INFINITY ? 0 : (high - value) / this.#level(high);
    if (low === Number.POSITIVE_INFINITY && high === Number.NEGATIVE_INFINITY) return undefined;
    return rise >= fall ? { percent: 100 * rise, direction: 'up' } : { percent: 100 * fall, direction: 'down' };
  }

  #level(earlier: number): number {
    return Math.max(Math.abs(earlier), leastLevelInFloors * deviationFloor(earlier, this.#settings.unit));
  }

  #withSample({ timeMs, value }: Sample): readonly Slice[] {
    const index = this.#sliceOf(timeMs);
    const slices = this.#state.slices.filter((slice) => this.#sliceOf(slice.highAtMs) >= index - slicesPerSpan);
    const last = slices.at(-1);
    if (last === undefined || this.#sliceOf(last.highAtMs) !== index) {
      return [...slices, { low: value, lowAtMs: timeMs, high: value, highAtMs: timeMs }];
    }
    // The later of two equals, as it stays within the span for longer.
    const low = value <= last.low ? { low: value, lowAtMs: timeMs } : { low: last.low, lowAtMs: last.lowAtMs };
    const high = value >= last.high ? { high: value, highAtMs: timeMs } : { high: last.high, highAtMs: last.highAtMs };
    return [...slices.slice(0, -1), { ...low, ...high }];
  }

  #sliceOf(timeMs: number): number {
    return Math.floor((timeMs * slicesPerSpan) / this.#settings.rule.rateOfChange.withinMs);
  }
}

function restore(value: SavedDetector): State {
  const { slices, ...habit } = Saved.parse(value);
  const numbers = unpackNumbers(slices);
  const restored: Slice[] = [];
  for (let index = 0; index + 3 < numbers.length; index += 4) {
    const [low = 0, lowAtMs = 0, high = 0, highAtMs = 0] = numbers.subarray(index, index + 4);
    restored.push({ low, lowAtMs, high, highAtMs });
  }
  return { ...habit, slices: restored };
}
