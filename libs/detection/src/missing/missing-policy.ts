import type { AnomalySeverity, DetectionRule, Harm, Service } from '@cortex/contracts';
import { ruleFor } from '../rule-for.ts';

/** The meaning of an instance's silence. */
export interface MissingPolicy {
  readonly severity: AnomalySeverity;
  readonly harm: Harm;
  /** Silence after which the instance is gone for good. */
  readonly goneAfterMs: number;
}

/** A sender: an instance, or a service as a whole. */
export interface Sender {
  readonly service: string;
  readonly instance?: string | undefined;
}

/** The metric of the anomaly, and the name by which a rule switches it off. */
export const missingMetric = 'samples_per_minute';

const minuteMs = 60_000;
const named: MissingPolicy = {
  severity: 'medium',
  harm: { kind: 'silence', reason: 'its telemetry is missing' },
  goneAfterMs: 120 * minuteMs,
};
const unknown: MissingPolicy = {
  severity: 'low',
  harm: { kind: 'none', reason: 'it is in no catalogue (services): what is found there informs' },
  goneAfterMs: 15 * minuteMs,
};

/**
 * The meaning of a sender's silence; undefined for none. An instance that the catalogue names is expected; one of a
 * service whose other instances it names is not, such as a copy that was scaled away. For a service outside the
 * catalogue nothing is known: its anomaly is mild, and short.
 */
export function compileMissingPolicy(
  rules: readonly DetectionRule[],
  catalogue: readonly Pick<Service, 'name' | 'instances'>[],
): (sender: Sender) => MissingPolicy | undefined {
  const instancesOf = new Map(catalogue.map(({ name, instances }) => [name, new Set(instances.map(({ id }) => id))]));
  return ({ service, instance }) => {
    const rule = ruleFor(rules, { service, metric: missingMetric });
    if (!rule.enabled || rule.direction === 'up') return undefined;
    const instances = instancesOf.get(service);
    if (instances === undefined) return unknown;
    return instance === undefined || instances.has(instance) ? named : undefined;
  };
}
