import type { DetectionRule } from '@cortex/contracts';
import type { EntityReading } from '../multivariate/entity-detector.ts';
import type { SeriesIdentity } from '../identity.ts';
import { outstanding } from './entity-score.ts';

/** The metric of how unusual all metrics of an instance are together: −ln of the probability of such a minute, in nats. */
export const behaviorMetric = 'system_behavior';

/** For this many minutes a new model only learns which surprises are usual. */
const warmupSamples = 24 * 60;
/** Any metric of an instance may make the whole unusual: the whole must be more so to be reported beside them. */
const openAbove = 0.65;

/** A behaviour that is more usual than usual is no anomaly. */
export function behaviorRule(rule: DetectionRule): DetectionRule {
  return {
    ...rule,
    direction: 'up',
    warmupSamples: Math.max(rule.warmupSamples, warmupSamples),
    openAbove: Math.max(rule.openAbove, openAbove),
  };
}

const named = 3;

export function behaviorOf({ service, instance }: SeriesIdentity): SeriesIdentity {
  return { service, ...(instance === undefined ? {} : { instance }), metric: behaviorMetric, unit: 'nats', labels: {} };
}

/** `most unusual: cpu_usage 8.2 deviations above its mean, request_rate 4.1 below`. */
export function describeBehavior(metrics: readonly string[], { deviations }: EntityReading): string {
  const all = metrics
    .map((metric, place) => ({ metric, deviation: deviations[place] ?? 0 }))
    .sort((left, right) => Math.abs(right.deviation) - Math.abs(left.deviation))
    .slice(0, named);
  if (Math.abs(all[0]?.deviation ?? 0) < outstanding)
    return 'each of its metrics is usual, but not all of them together';
  const strongest = all
    .filter(({ deviation }) => Math.abs(deviation) >= outstanding)
    .map(({ metric, deviation }, rank) => {
      const side = deviation >= 0 ? 'above' : 'below';
      const distance = Math.abs(deviation).toFixed(1);
      return rank === 0 ? `${metric} ${distance} deviations ${side} its mean` : `${metric} ${distance} ${side}`;
    });
  return `most unusual: ${strongest.join(', ')}`;
}
