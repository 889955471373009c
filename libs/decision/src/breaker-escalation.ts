import { draft, escalationRequested } from '@cortex/contracts';
import type { BreakerRecord, EventDraft, Incident, SafetyPolicy } from '@cortex/contracts';
import { type BreakerOutcome, resettableFrom } from '@cortex/suppression';

/** Tells humans that a playbook was taken out of use. Spec 7.3 `notify_humans`, `wait_for_manual_reset`. */
export function breakerEscalation(
  incident: Incident,
  breaker: BreakerRecord,
  outcome: BreakerOutcome,
  policy: SafetyPolicy['breaker'],
): EventDraft {
  const from = resettableFrom(breaker, policy, outcome.at);
  const id = `breaker-${outcome.executionId}`;
  const reason = `the circuit breaker of ${breaker.playbookId} on ${incident.service} is open: ${breaker.reason ?? 'it failed too often'}`;
  return draft(escalationRequested, {
    service: incident.service,
    incidentId: incident.id,
    key: id,
    data: {
      escalationId: id,
      incidentId: incident.id,
      service: incident.service,
      severity: incident.severity,
      title: `Playbook ${breaker.playbookId} is out of use on ${incident.service}`,
      hasOwnTitle: true,
      reason,
      details: `It runs no more on this service until a human resets the breaker, from ${from} on: cortex reset-breaker ${breaker.playbookId} --service ${incident.service}. Last outcome: ${outcome.executionId}.`,
      asks: `reset the circuit breaker of ${breaker.playbookId}`,
      notify: [],
      urgent: false,
      requestedAt: outcome.at,
    },
  });
}
