import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';

/** Deviations are averaged over about this many samples: far more than the average itself, or they would follow it. */
const deviationMemory = 100;
const leastHistory = 3;

/** Spec 1.1: the distance from the exponentially weighted average, measured in its own historical deviations. */
export const ewma: DetectorDefinition = {
  name: 'ewma',
  component: 'statistical',
  trust: 0.3,
  scale: 'rarity',
  create({ rule, unit }, memory) {
    const { alpha, deviations } = rule.ewma;
    const count = memory.cell();
    const average = memory.cell();
    /** Mean square of the past distances from the average. */
    const variance = memory.cell();
    const deviation = memory.cell();
    return {
      observe({ value }) {
        if (count.value < leastHistory) return Number.NaN;
        deviation.value = Math.max(Math.sqrt(variance.value), deviationFloor(average.value, unit));
        return (value - average.value) / deviation.value;
      },
      isAnomalous: (distance) => Math.abs(distance) > deviations,
      learn({ value }) {
        if (count.value === 0) {
          count.value = 1;
          average.value = value;
          return;
        }
        const reach = count.value < leastHistory ? Number.POSITIVE_INFINITY : deviations * deviation.value;
        const distance = Math.max(-reach, Math.min(reach, value - average.value));
        average.value += alpha * distance;
        variance.value += (distance * distance - variance.value) / Math.min(count.value, deviationMemory);
        count.value += 1;
      },
      range() {
        const reach = deviations * deviation.value;
        return { expected: average.value, lower: average.value - reach, upper: average.value + reach };
      },
    };
  },
};
