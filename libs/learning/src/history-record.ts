import type { Attempt, Incident, IncidentHistoryRecord } from '@cortex/contracts';

type Outcome = NonNullable<IncidentHistoryRecord['remediation']>['outcome'];

/** Users of each service, as the catalogue knows them. */
export type UsersOf = (service: string) => number | undefined;

/** The incident record of spec 9.1. Undefined for an incident that has not ended. */
export function historyRecordOf(incident: Incident, usersOf: UsersOf): IncidentHistoryRecord | undefined {
  const { resolution } = incident;
  if (resolution === undefined) return undefined;
  return {
    incident_id: incident.id,
    timestamp: incident.openedAt,
    detection: {
      method: methodOf(incident),
      detection_time: incident.detectedAt,
      time_to_detect: between(incident.startedAt, incident.detectedAt),
      initial_severity: incident.initialSeverity,
    },
    classification: {
      category: incident.cause,
      root_cause: rootCauseOf(incident),
      affected_components: incident.affected.instances,
      blast_radius: incident.blastRadius.level,
    },
    remediation: remediationOf(incident.attempts),
    impact: {
      users_affected: usersAffected(incident.affected.services, usersOf),
      duration: between(incident.startedAt, resolution.recoveredAt),
      revenue_impact: null,
      services_affected: incident.affected.services,
    },
    resolution: {
      resolution_method: resolution.method,
      time_to_resolution: resolution.timeToResolutionMs,
      verification_passed: resolution.verificationPassed,
    },
    metadata: {
      environment: incident.environment,
      on_call_engineer: incident.acknowledgedBy ?? null,
      escalated: incident.escalations.length > 0,
      post_mortem_created: false,
    },
  };
}

/** True when the attempt may have had an effect: not refused, not a dry run, not still open. */
export function hadEffect(attempt: Pick<Attempt, 'outcome'>): boolean {
  return attempt.outcome === 'succeeded' || attempt.outcome === 'failed' || attempt.outcome === 'ambiguous';
}

/** Milliseconds from one timestamp to another; never negative, because clocks of different machines disagree a little. */
export function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** By the signal that came first. */
function methodOf(incident: Incident): IncidentHistoryRecord['detection']['method'] {
  const first = incident.signals.toSorted((left, right) => left.detectedAt.localeCompare(right.detectedAt))[0];
  if (first === undefined) return 'manual';
  return first.kind === 'health' ? 'health_check' : 'anomaly_detection';
}

/** The conclusion of the newest decision in step 4, else that of the first signal. */
function rootCauseOf(incident: Incident): string {
  const step = incident.decisions
    .findLast((decision) => decision.steps.some((each) => each.name === 'root_cause' && each.status === 'done'))
    ?.steps.find((each) => each.name === 'root_cause');
  return step?.reason ?? incident.signals[0]?.summary ?? incident.title;
}

/** The last attempt that may have had an effect represents the incident. */
function remediationOf(attempts: readonly Attempt[]): IncidentHistoryRecord['remediation'] {
  const last = attempts.findLast(hadEffect);
  if (last === undefined) return null;
  const executed = last.steps.filter((step) => step.outcome !== 'skipped' && step.outcome !== 'dry_run');
  return {
    playbook_id: last.playbookId,
    playbook_version: last.playbookVersion,
    execution_time: between(last.startedAt ?? last.requestedAt, last.completedAt ?? last.startedAt ?? last.requestedAt),
    steps_executed: [...new Set(executed.map((step) => step.name))],
    outcome: outcomeOf(last),
  };
}

/** The specification has three outcomes; an unproved one is no success. */
function outcomeOf(attempt: Attempt): Outcome {
  if (attempt.verification === 'SUCCESS') return 'success';
  return attempt.verification === 'PARTIAL_SUCCESS' ? 'partial_success' : 'failed';
}

function usersAffected(services: readonly string[], usersOf: UsersOf): number | null {
  const known = services.map(usersOf).filter((users) => users !== undefined);
  return known.length === 0 ? null : known.reduce((sum, users) => sum + users, 0);
}
