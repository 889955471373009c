import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Range } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';

/** Deviations are remembered over about this many samples: far longer than the average itself, or they would chase it. */
const deviationMemory = 100;

/** Spec 1.1: the distance from the exponentially weighted average, measured in its own historical deviations. */
export const ewma: DetectorDefinition = {
  name: 'ewma',
  component: 'statistical',
  trust: 0.3,
  scale: 'rarity',
  create: (settings, saved) => new Ewma(settings, saved),
};

class Ewma implements Detector {
  readonly #settings: DetectorSettings;
  #count = 0;
  #average = 0;
  /** Mean square of the past deviations from the average. */
  #variance = 0;
  #deviation = 0;

  constructor(settings: DetectorSettings, saved: string | undefined) {
    this.#settings = settings;
    if (saved !== undefined) [this.#count = 0, this.#average = 0, this.#variance = 0] = unpack64(saved);
  }

  observe(value: number): number {
    if (this.#count < 3) return Number.NaN;
    this.#deviation = Math.max(Math.sqrt(this.#variance), deviationFloor(this.#average, this.#settings.unit));
    return (value - this.#average) / this.#deviation;
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > this.#settings.rule.ewma.deviations;
  }

  learn(value: number): void {
    if (this.#count === 0) {
      this.#count = 1;
      this.#average = value;
      return;
    }
    const reach = this.#settings.rule.ewma.deviations * this.#deviation;
    const distance = value - this.#average;
    const deviation = this.#count < 3 ? distance : Math.max(-reach, Math.min(reach, distance));
    this.#average += this.#settings.rule.ewma.alpha * deviation;
    this.#variance += (deviation * deviation - this.#variance) / Math.min(this.#count, deviationMemory);
    this.#count += 1;
  }

  range(): Range {
    const reach = this.#settings.rule.ewma.deviations * this.#deviation;
    return { expected: this.#average, lower: this.#average - reach, upper: this.#average + reach };
  }

  save(): string {
    return pack64([this.#count, this.#average, this.#variance]);
  }
}
