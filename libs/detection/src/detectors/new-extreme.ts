import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';

const leastHistory = 30;
/** A value beyond all others by this share of their range, and by enough smallest deviations, has the full score. */
const fullShare = 0.05;
const fullFloors = 3;
/** An extreme is remembered for one to two of these: an old outlier must not blind the detector forever. */
const epochMs = 28 * 24 * 60 * 60_000;

/** Beyond the lowest or highest value of the last one to two months, graded by how far in shares of their range. */
export const newExtreme: DetectorDefinition = {
  name: 'new_extreme',
  component: 'pattern',
  trust: 0.8,
  scale: 'magnitude',
  create({ unit }, memory) {
    const count = memory.cell();
    const epoch = memory.cell();
    const low = memory.cell(Number.POSITIVE_INFINITY);
    const high = memory.cell(Number.NEGATIVE_INFINITY);
    const earlierLow = memory.cell(Number.POSITIVE_INFINITY);
    const earlierHigh = memory.cell(Number.NEGATIVE_INFINITY);
    return {
      observe({ value }) {
        if (count.value < leastHistory) return Number.NaN;
        const lowest = Math.min(low.value, earlierLow.value);
        const highest = Math.max(high.value, earlierHigh.value);
        const beyond = value > highest ? value - highest : Math.min(0, value - lowest);
        if (beyond === 0) return 0;
        const full = Math.max(fullShare * (highest - lowest), fullFloors * deviationFloor(highest, unit));
        return Math.max(-1, Math.min(1, beyond / full));
      },
      isAnomalous: (deviation) => Math.abs(deviation) >= 1,
      learn({ value, timeMs }) {
        const now = Math.floor(timeMs / epochMs);
        if (now !== epoch.value) {
          epoch.value = now;
          earlierLow.value = low.value;
          earlierHigh.value = high.value;
          low.value = value;
          high.value = value;
        }
        count.value += 1;
        low.value = Math.min(low.value, value);
        high.value = Math.max(high.value, value);
      },
    };
  },
};
