import type { Incident, IncidentSeverity, Signal } from '@cortex/contracts';
import { raisedSeverity, worseSeverity } from '../levels.ts';
import type { Memory } from '../model/memory.ts';

/** What raises the severity of an incident by itself. Spec 5.4; `prolonged_degradation` comes by timer. */
export type AutoEscalationTrigger =
  | 'remediation_failed'
  | 'blast_radius_expanding'
  | 'customer_impact'
  | 'data_integrity_risk'
  | 'security_threat'
  | 'prolonged_degradation';

export interface Raise {
  readonly trigger: AutoEscalationTrigger;
  readonly severity: IncidentSeverity;
  readonly reason: string;
}

/** After this long in trouble an incident is raised by one level, and again each time. Spec 5.4. */
export const prolongedMs = 60 * 60_000;

/** The triggers of spec 5.4 that hold now and have not fired yet. */
export function findRaises(incident: Incident, memory: Memory, unsuccessful: number, maxAttempts: number): Raise[] {
  const active = incident.signals.filter((signal) => signal.active);
  const fails = (name: string): boolean =>
    active.some((one) => one.failingChecks?.includes(name) === true || one.failingCheckTypes?.includes(name) === true);
  const atLeast = (severity: IncidentSeverity): IncidentSeverity => worseSeverity(incident.severity, severity);
  const raises: (Raise | undefined)[] = [
    unsuccessful >= maxAttempts
      ? {
          trigger: 'remediation_failed',
          severity: raisedSeverity(incident.severity),
          reason: 'Automated remediation unsuccessful',
        }
      : undefined,
    incident.blastRadius.services > memory.initialServices * 2
      ? {
          trigger: 'blast_radius_expanding',
          severity: atLeast('SEV1'),
          reason: 'Issue spreading to additional services',
        }
      : undefined,
    fails('data_consistency_check') || fails('data_consistency')
      ? { trigger: 'data_integrity_risk', severity: 'SEV0', reason: 'Potential data corruption' }
      : undefined,
    ...active.map(metricRaise).map((raise) => raise && { ...raise, severity: atLeast(raise.severity) }),
  ];
  const due = new Map(raises.flatMap((raise) => (raise === undefined ? [] : [[raise.trigger, raise] as const])));
  return [...due.values()].filter(({ trigger }) => !memory.raised.includes(trigger));
}

const customerImpact: Raise = {
  trigger: 'customer_impact',
  severity: 'SEV1',
  reason: 'Significant customer impact detected',
};
const securityThreat: Raise = { trigger: 'security_threat', severity: 'SEV0', reason: 'Security incident detected' };

/** The metrics of spec 5.4, with the value above which they raise. */
const raisingMetrics: ReadonlyMap<string, readonly [above: number, raise: Raise]> = new Map([
  ['customer_reports', [10, customerImpact]],
  ['vip_customer_affected', [0, customerImpact]],
  ['security_alert', [0, securityThreat]],
]);

/** What the value of a metric that spec 5.4 names raises by itself. */
export function metricRaise({ metric, value = 0 }: Signal): Raise | undefined {
  const [above = Number.POSITIVE_INFINITY, raise] = raisingMetrics.get(metric ?? '') ?? [];
  return value > above ? raise : undefined;
}
