import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';
import { ValueHistogram } from './value-histogram.ts';

const leastHistory = 40;
/** A value seen once in so many is called anomalous. */
const rareBits = 9;
/** What never was counts as this much of a value: how rare it is grows with how long it has never been. */
const unseen = 0.3;

/** Histogram-based outlier score (Goldstein and Dengel 2012): how seldom the series has been near this value, in bits. */
export const rarity: DetectorDefinition = {
  name: 'rarity',
  component: 'statistical',
  trust: 0.5,
  scale: 'rarity',
  create: (settings, saved) => new Rarity(settings, saved),
};

class Rarity implements Detector {
  readonly #histogram: ValueHistogram;

  constructor({ unit }: DetectorSettings, saved: SavedDetector | undefined) {
    this.#histogram = new ValueHistogram(
      (level) => deviationFloor(level, unit),
      saved === undefined ? undefined : [...unpack64(saved)],
    );
  }

  observe(value: number): number {
    const histogram = this.#histogram;
    if (!histogram.isReady || histogram.total < leastHistory) return Number.NaN;
    const bits = Math.log2((histogram.total + 1) / (histogram.weightNear(value) + unseen));
    return value >= histogram.median ? bits : -bits;
  }

  isAnomalous(bits: number): boolean {
    return Math.abs(bits) > rareBits;
  }

  learn(value: number): void {
    this.#histogram.push(value);
  }

  save(): SavedDetector {
    return pack64(this.#histogram.numbers());
  }
}
