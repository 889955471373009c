import { deviationFloor } from '../unit.ts';
import { DelayLine } from './delay-line.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';

const historyMemory = 6_400;
/** The newest samples are not part of the average that judges them, so that a drift does not hide itself for this long. */
const delay = 48;
const leastHistory = 30;
const allowed = 3;

/** The distance from the mean of the last thousands of values without the newest, in their standard deviations. */
export const longAverage: DetectorDefinition = {
  name: 'long_average',
  component: 'statistical',
  trust: 0.5,
  scale: 'rarity',
  pace: 'minutes',
  create({ unit }, memory) {
    const history = new RunningMoments(memory, historyMemory);
    const newest = new DelayLine(memory, delay);
    const deviation = memory.cell();
    return {
      observe({ value }) {
        if (history.count < leastHistory) return Number.NaN;
        deviation.value = Math.max(history.deviation, deviationFloor(history.mean, unit));
        return (value - history.mean) / deviation.value;
      },
      isAnomalous: (distance) => Math.abs(distance) > allowed,
      /** The first values become history at once, so that judging can begin soon. */
      learn({ value }) {
        const leaving = history.count < leastHistory ? value : newest.push(value);
        if (!Number.isNaN(leaving)) history.push(leaving);
      },
      range() {
        const reach = allowed * deviation.value;
        return { expected: history.mean, lower: history.mean - reach, upper: history.mean + reach };
      },
    };
  },
};
