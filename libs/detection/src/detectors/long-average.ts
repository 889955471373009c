import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Range, SavedDetector } from './detector.ts';
import { DelayLine } from './delay-line.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';

const memory = 6_400;
/** What is judged has no part in what it is judged by, and a drift not for so many samples. */
const delay = 48;
const leastHistory = 30;
const allowed = 3;

/** The distance from the mean of the last thousands of values, but for the newest, in their standard deviations. */
export const longAverage: DetectorDefinition = {
  name: 'long_average',
  component: 'statistical',
  trust: 0.6,
  scale: 'rarity',
  pace: 'minutes',
  create: (settings, saved) => new LongAverage(settings, saved),
};

class LongAverage implements Detector {
  readonly #settings: DetectorSettings;
  readonly #history: RunningMoments;
  readonly #newest: DelayLine;
  #deviation = 0;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    const numbers = saved === undefined ? [] : [...unpack64(saved)];
    this.#history = new RunningMoments(memory, numbers.slice(0, 3));
    this.#newest = new DelayLine(delay, numbers.slice(3));
  }

  observe(value: number): number {
    if (this.#history.count < leastHistory) return Number.NaN;
    const { mean, deviation } = this.#history;
    this.#deviation = Math.max(deviation, deviationFloor(mean, this.#settings.unit));
    return (value - mean) / this.#deviation;
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > allowed;
  }

  /** The first values are history at once: something has to be known soon. */
  learn(value: number): void {
    const leaving = this.#history.count < leastHistory ? value : this.#newest.push(value);
    if (!Number.isNaN(leaving)) this.#history.push(leaving);
  }

  range(): Range {
    const { mean } = this.#history;
    const reach = allowed * this.#deviation;
    return { expected: mean, lower: mean - reach, upper: mean + reach };
  }

  save(): SavedDetector {
    return pack64([...this.#history.numbers(), ...this.#newest.numbers()]);
  }
}
