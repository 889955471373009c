import type { Detector, DetectorDefinition, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';

/** So many equal values in a row, where the series used to move, are no measurement any more. */
const leastRun = 5;
/** An earlier run must be exceeded this many times over. */
const timesLonger = 3;
/** Long runs of the past fade by this much a sample. */
const fading = 0.9995;
/** Of a series that often repeats itself, a repetition tells nothing. */
const largestShare = 0.05;
const shareMemory = 500;
const leastHistory = 60;

/** The number of equal values in a row, in runs that this series has had before: an exporter that is stuck, a value that nobody updates. */
export const flatLine: DetectorDefinition = {
  name: 'flat_line',
  component: 'pattern',
  trust: 1,
  scale: 'magnitude',
  create: (_settings, saved) => new FlatLine(saved),
};

class FlatLine implements Detector {
  #value = Number.NaN;
  #run = 0;
  /** The longest run of the past, faded. */
  #longest = 1;
  #count = 0;
  /** Of the last hundreds of values learned, those that repeated the one before. */
  #repeated = 0;

  constructor(saved: SavedDetector | undefined) {
    if (saved === undefined) return;
    const [value = Number.NaN, run = 0, longest = 1, count = 0, repeated = 0] = unpack64(saved);
    [this.#value, this.#run, this.#longest, this.#count, this.#repeated] = [value, run, longest, count, repeated];
  }

  /** 1 from three times the longest run of before on, and at least five; grows to it from nothing. */
  observe(value: number): number {
    if (value === this.#value) this.#run += 1;
    else {
      this.#longest = Math.max(this.#longest, this.#run);
      this.#value = value;
      this.#run = 1;
    }
    if (this.#count < leastHistory || this.#repeated > largestShare) return Number.NaN;
    const needed = Math.max(leastRun, timesLonger * this.#longest);
    return this.#run <= 2 ? 0 : Math.min(1, this.#run / needed);
  }

  isAnomalous(deviation: number): boolean {
    return deviation >= 1;
  }

  learn(): void {
    this.#count += 1;
    this.#repeated += ((this.#run > 1 ? 1 : 0) - this.#repeated) / Math.min(this.#count, shareMemory);
    this.#longest = Math.max(1, this.#longest * fading);
  }

  save(): SavedDetector {
    return pack64([this.#value, this.#run, this.#longest, this.#count, this.#repeated]);
  }
}
