import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';
import { RollingWindow } from './rolling-window.ts';
import { RunningMoments } from './running-moments.ts';

const recentCount = 48;
const historyMemory = 2_000;
const leastHistory = 50;
const leastDeviation = 0.05;
const allowed = 4;
/** Deviations below this share of the least significant one all count as flat. Above flat begins that least one. */
const flatShare = 0.01;

/**
 * How much the last 48 values vary, on a logarithmic scale, compared with this series' usual variation: a value that
 * stands still (a stuck exporter, a hung process) or begins to thrash.
 */
export const variability: DetectorDefinition = {
  name: 'variability',
  component: 'pattern',
  trust: 0.7,
  scale: 'rarity',
  create({ unit }, memory) {
    const recent = new RollingWindow(memory, recentCount);
    const history = new RunningMoments(memory, historyMemory);
    const logDeviation = memory.cell();
    return {
      observe({ value }) {
        recent.push(value);
        if (!recent.isFull) return Number.NaN;
        const floor = deviationFloor(recent.mean, unit);
        const now = Math.log(Math.max(recent.deviation, flatShare * floor));
        logDeviation.value = now;
        if (history.count < leastHistory) return Number.NaN;
        const { mean, deviation } = history;
        const counted = now < mean ? now - mean : Math.max(0, now - Math.max(mean, Math.log(floor)));
        return counted / (deviation + leastDeviation);
      },
      isAnomalous: (deviation) => Math.abs(deviation) > allowed,
      learn() {
        if (recent.isFull) history.push(logDeviation.value);
      },
    };
  },
};
