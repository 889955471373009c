import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';

const leastHistory = 30;
/** A value beyond all others by this share of their range, and by so many smallest deviations, counts in full. */
const fullShare = 0.05;
const fullFloors = 3;
/** An extreme is remembered for one to two of these: an old outlier must not blind the detector for ever. */
const epochMs = 28 * 24 * 60 * 60_000;

/** Beyond the lowest or highest value of the last one to two months, graded by how far in shares of their range. */
export const newExtreme: DetectorDefinition = {
  name: 'new_extreme',
  component: 'pattern',
  trust: 0.8,
  scale: 'magnitude',
  create: (settings, saved) => new NewExtreme(settings, saved),
};

class NewExtreme implements Detector {
  readonly #settings: DetectorSettings;
  #count = 0;
  #epoch = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #earlierLow = Number.POSITIVE_INFINITY;
  #earlierHigh = Number.NEGATIVE_INFINITY;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    if (saved === undefined) return;
    const [count = 0, epoch = 0, low = 0, high = 0, earlierLow = 0, earlierHigh = 0] = unpack64(saved);
    this.#count = count;
    this.#epoch = epoch;
    [this.#low, this.#high] = [low, high];
    [this.#earlierLow, this.#earlierHigh] = [earlierLow, earlierHigh];
  }

  observe(value: number): number {
    if (this.#count < leastHistory) return Number.NaN;
    const low = Math.min(this.#low, this.#earlierLow);
    const high = Math.max(this.#high, this.#earlierHigh);
    const beyond = value > high ? value - high : Math.min(0, value - low);
    if (beyond === 0) return 0;
    const full = Math.max(fullShare * (high - low), fullFloors * deviationFloor(high, this.#settings.unit));
    return Math.max(-1, Math.min(1, beyond / full));
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) >= 1;
  }

  learn(value: number, timeMs: number): void {
    const epoch = Math.floor(timeMs / epochMs);
    if (epoch !== this.#epoch) {
      [this.#earlierLow, this.#earlierHigh] = [this.#low, this.#high];
      [this.#low, this.#high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      this.#epoch = epoch;
    }
    this.#count += 1;
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  save(): SavedDetector {
    return pack64([this.#count, this.#epoch, this.#low, this.#high, this.#earlierLow, this.#earlierHigh]);
  }
}
