import type { Condition } from '@cortex/conditions';

/** The direction in which a metric gets worse. */
export type Worse = 'up' | 'down';

const far = 1e15;

/**
 * The direction in which a condition over a single metric stops holding: `disk_usage_percent < 75` gets worse upwards.
 * Found by evaluating the condition at both ends. Undefined when it holds, or fails, at both.
 */
export function worseDirection(condition: Condition): Worse | undefined {
  const [variable, ...others] = condition.variables;
  if (variable === undefined || others.length > 0) return undefined;
  const high = condition.evaluate({ [variable]: far }).verdict;
  const low = condition.evaluate({ [variable]: -far }).verdict;
  if (low === 'true' && high === 'false') return 'up';
  if (low === 'false' && high === 'true') return 'down';
  return undefined;
}

/** Parts of metric names for which more is better. */
const moreIsBetter =
  /(^|_)(free|available|availability|throughput|success|successes|healthy|hit|hits|uptime|idle|up)(_|$)/;

/** For a metric without a condition: more is worse, unless its name says otherwise. */
export function worseByName(metric: string): Worse {
  return moreIsBetter.test(metric) ? 'down' : 'up';
}
