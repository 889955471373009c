import { compileDetection } from '@cortex/detection';
import { count, type Table } from '../report.ts';
import { Instance } from './instance.ts';
import { bedStartMs, shapes } from './synthetic-metric.ts';

const settings = compileDetection([], []);
const dayMs = 24 * 60 * 60_000;
const stepMs = 60_000;
/** So that the models of whole instances are at work. */
const learningMs = 2 * dayMs;

/** A day of many healthy instances: whatever is told is false. */
export function benchQuietDay(instances: number): Table {
  const tally = new Map<string, number>();
  for (let index = 0; index < instances; index += 1) {
    const instance = new Instance(settings, 50_000 + index, stepMs);
    for (const { timeMs, anomaly } of instance.liveUntil(bedStartMs + learningMs + dayMs)) {
      if (timeMs < bedStartMs + learningMs) continue;
      tally.set(anomaly.metric, (tally.get(anomaly.metric) ?? 0) + 1);
    }
  }
  const series = instances * shapes.length;
  const alerts = [...tally.values()].reduce((sum, one) => sum + one, 0);
  return {
    title: `A quiet day: ${count(instances)} healthy instances of ${shapes.length} metrics, every minute, after two days to learn`,
    columns: ['metric', 'false alerts'],
    rows: [...tally, ['all', alerts]],
    notes: [`${count((series * dayMs) / stepMs)} samples. Goal: at most one false alert in all.`],
  };
}
