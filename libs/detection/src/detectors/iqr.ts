import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';
import { ValueHistogram } from './value-histogram.ts';

const reach = 1.5;
const leastHistory = 40;
const recentCount = 5;
const largestExcess = 10;
const historyMemory = 4_000;
const leastDeviation = 0.02;

/**
 * Spec 1.1: outside Q1 − 1.5·IQR to Q3 + 1.5·IQR of the past values. The deviation is graded: the mean excess of the
 * last five values without the largest, in IQR, compared with this series' usual excess.
 */
export const iqr: DetectorDefinition = {
  name: 'iqr',
  component: 'statistical',
  trust: 0.2,
  scale: 'rarity',
  create({ unit }, memory) {
    const histogram = new ValueHistogram(memory, (level) => deviationFloor(level, unit));
    const habit = new RunningMoments(memory, historyMemory);
    const recent = memory.takeNumbers(recentCount);
    const next = memory.cell();
    const isOutside = memory.cell();

    function recentMean(): number {
      let sum = 0;
      let largest = 0;
      for (let index = 0; index < recentCount; index += 1) {
        const one = memory.numbers[recent + index] ?? 0;
        sum += one;
        if (Math.abs(one) > Math.abs(largest)) largest = one;
      }
      return (sum - largest) / (recentCount - 1);
    }

    return {
      observe({ value }) {
        if (histogram.total < leastHistory) return Number.NaN;
        const { quartile1, median, quartile3 } = histogram;
        const spread = quartile3 - quartile1;
        isOutside.value = value < quartile1 - reach * spread || value > quartile3 + reach * spread ? 1 : 0;
        const excess = Math.max(value - quartile3, quartile1 - value, 0) / spread;
        memory.numbers[recent + next.value] = (value >= median ? 1 : -1) * Math.min(largestExcess, excess);
        next.value = (next.value + 1) % recentCount;
        const mean = recentMean();
        const unusual = Math.max(0, Math.abs(mean) - habit.mean) / (habit.deviation + leastDeviation);
        return mean >= 0 ? unusual : -unusual;
      },
      isAnomalous: () => isOutside.value === 1,
      learn({ value }) {
        if (histogram.isReady) habit.push(Math.abs(recentMean()));
        histogram.push(value);
      },
      range() {
        const { quartile1, median, quartile3 } = histogram;
        const spread = quartile3 - quartile1;
        return { expected: median, lower: quartile1 - reach * spread, upper: quartile3 + reach * spread };
      },
    };
  },
};
