import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';
import { ValueHistogram } from './value-histogram.ts';

const leastHistory = 40;
/** A value seen once in 2 to the power of this is anomalous. */
const rareBits = 9;
/** A value that was never seen counts as this much of one: it is the rarer, the longer the history without it. */
const unseen = 0.3;

/** Histogram-based outlier score (Goldstein and Dengel 2012): how rarely the series has been near this value, in bits. */
export const rarity: DetectorDefinition = {
  name: 'rarity',
  component: 'statistical',
  trust: 0.5,
  scale: 'rarity',
  create({ unit }, memory) {
    const histogram = new ValueHistogram(memory, (level) => deviationFloor(level, unit));
    return {
      observe({ value }) {
        if (histogram.total < leastHistory) return Number.NaN;
        const bits = Math.log2((histogram.total + 1) / (histogram.weightNear(value) + unseen));
        return value >= histogram.median ? bits : -bits;
      },
      isAnomalous: (bits) => Math.abs(bits) > rareBits,
      learn: ({ value }) => histogram.push(value),
    };
  },
};
