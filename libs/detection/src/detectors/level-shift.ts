import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { DelayLine } from './delay-line.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RunningMoments } from './running-moments.ts';

const recentCount = 24;
const historyMemory = 1_000;
const leastHistory = 30;
/** A single outlier is no new level, however far out it is. */
const largestDeviation = 8;
/** The mean of so many values lies this many deviations off: called anomalous. */
const allowed = 3;

/** The mean of the last 24 values against the mean and deviation of the thousand before: a step or a drift to another level. */
export const levelShift: DetectorDefinition = {
  name: 'level_shift',
  component: 'pattern',
  trust: 0.7,
  scale: 'rarity',
  create: (settings, saved) => new LevelShift(settings, saved),
};

class LevelShift implements Detector {
  readonly #settings: DetectorSettings;
  readonly #history: RunningMoments;
  /** The newest values, not yet part of the history. */
  readonly #recent: DelayLine;
  #leaving = Number.NaN;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    const numbers = saved === undefined ? [] : [...unpack64(saved)];
    this.#history = new RunningMoments(historyMemory, numbers.slice(0, 3));
    this.#recent = new DelayLine(recentCount, numbers.slice(3));
  }

  /** The first values are history at once: something has to be known soon. */
  observe(value: number): number {
    if (this.#history.count < leastHistory) {
      this.#leaving = value;
      return Number.NaN;
    }
    const { mean } = this.#history;
    const deviation = Math.max(this.#history.deviation, deviationFloor(mean, this.#settings.unit));
    const reach = largestDeviation * deviation;
    this.#leaving = this.#recent.push(Math.max(mean - reach, Math.min(mean + reach, value)));
    return this.#recent.isFull ? (this.#recent.mean - mean) / deviation : Number.NaN;
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > allowed;
  }

  /** What is learned has waited its turn: the value that has just left the newest. */
  learn(): void {
    if (!Number.isNaN(this.#leaving)) this.#history.push(this.#leaving);
  }

  save(): SavedDetector {
    return pack64([...this.#history.numbers(), ...this.#recent.numbers()]);
  }
}
