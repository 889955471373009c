import { deviationFloor } from '../unit.ts';
import { DelayLine } from './delay-line.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';

const recentCount = 24;
const historyMemory = 1_000;
const leastHistory = 30;
/** A single value counts at most this many deviations, so that one outlier is no new level. */
const largestDeviation = 8;
/** Anomalous when the mean of the recent values is this many deviations off. */
const allowed = 3;

/**
 * The mean of the last 24 values against the mean and deviation of the thousand before: a step or a drift to another
 * level.
 */
export const levelShift: DetectorDefinition = {
  name: 'level_shift',
  component: 'pattern',
  trust: 0.7,
  scale: 'rarity',
  create({ unit }, memory) {
    const history = new RunningMoments(memory, historyMemory);
    /** The newest values, not yet part of the history. */
    const recent = new DelayLine(memory, recentCount);
    const leaving = memory.cell(Number.NaN);
    return {
      /** The first values become history at once, so that judging can begin soon. */
      observe({ value }) {
        if (history.count < leastHistory) {
          leaving.value = value;
          return Number.NaN;
        }
        const { mean } = history;
        const deviation = Math.max(history.deviation, deviationFloor(mean, unit));
        const reach = largestDeviation * deviation;
        leaving.value = recent.push(Math.max(mean - reach, Math.min(mean + reach, value)));
        return recent.isFull ? (recent.mean - mean) / deviation : Number.NaN;
      },
      isAnomalous: (deviation) => Math.abs(deviation) > allowed,
      /** Learns the value that has just left the recent ones. */
      learn() {
        if (!Number.isNaN(leaving.value)) history.push(leaving.value);
      },
    };
  },
};
