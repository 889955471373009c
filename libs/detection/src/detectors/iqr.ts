import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Range, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';
import { ValueHistogram } from './value-histogram.ts';

const reach = 1.5;
const leastHistory = 40;
const recentCount = 5;
const largestExcess = 10;
const historyMemory = 4_000;
const leastDeviation = 0.02;

/**
 * Spec 1.1: outside Q1 − 1.5·IQR to Q3 + 1.5·IQR of the past values. How much counts is graded: the mean excess of the last
 * five values but the largest, in IQR, against what this series is used to.
 */
export const iqr: DetectorDefinition = {
  name: 'iqr',
  component: 'statistical',
  trust: 0.2,
  scale: 'rarity',
  create: (settings, saved) => new Iqr(settings, saved),
};

class Iqr implements Detector {
  readonly #histogram: ValueHistogram;
  readonly #habit: RunningMoments;
  readonly #recent: Float64Array;
  #next: number;
  #isOutside = false;

  constructor({ unit }: DetectorSettings, saved: SavedDetector | undefined) {
    const numbers = saved === undefined ? [] : [...unpack64(saved)];
    this.#next = numbers[0] ?? 0;
    this.#recent = Float64Array.from({ length: recentCount }, (_, index) => numbers[1 + index] ?? 0);
    this.#habit = new RunningMoments(historyMemory, numbers.slice(1 + recentCount, 4 + recentCount));
    this.#histogram = new ValueHistogram(
      (level) => deviationFloor(level, unit),
      saved === undefined ? undefined : numbers.slice(4 + recentCount),
    );
  }

  observe(value: number): number {
    const histogram = this.#histogram;
    if (!histogram.isReady || histogram.total < leastHistory) return Number.NaN;
    const { quartile1, median, quartile3 } = histogram;
    const spread = quartile3 - quartile1;
    this.#isOutside = value < quartile1 - reach * spread || value > quartile3 + reach * spread;
    const excess = Math.max(value - quartile3, quartile1 - value, 0) / spread;
    this.#recent[this.#next] = (value >= median ? 1 : -1) * Math.min(largestExcess, excess);
    this.#next = (this.#next + 1) % recentCount;
    const mean = this.#recentMean();
    const unusual = Math.max(0, Math.abs(mean) - this.#habit.mean) / (this.#habit.deviation + leastDeviation);
    return mean >= 0 ? unusual : -unusual;
  }

  isAnomalous(): boolean {
    return this.#isOutside;
  }

  learn(value: number): void {
    if (this.#histogram.isReady) this.#habit.push(Math.abs(this.#recentMean()));
    this.#histogram.push(value);
  }

  #recentMean(): number {
    let sum = 0;
    let largest = 0;
    for (let index = 0; index < recentCount; index += 1) {
      const one = this.#recent[index] ?? 0;
      sum += one;
      if (Math.abs(one) > Math.abs(largest)) largest = one;
    }
    return (sum - largest) / (recentCount - 1);
  }

  range(): Range {
    const { quartile1, median, quartile3 } = this.#histogram;
    const spread = quartile3 - quartile1;
    return { expected: median, lower: quartile1 - reach * spread, upper: quartile3 + reach * spread };
  }

  save(): SavedDetector {
    return pack64([this.#next, ...this.#recent, ...this.#habit.numbers(), ...this.#histogram.numbers()]);
  }
}
