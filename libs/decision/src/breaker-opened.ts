import {
  type BreakerRecord,
  type EventDraft,
  type Incident,
  breakerChanged,
  countOutcomes,
  draft,
} from '@cortex/contracts';
import type { BreakerOutcome } from '@cortex/suppression';

/** Says that a playbook went out of use. Spec 10.4 `playbook_circuit_breaker_tripped`. */
export function breakerOpened(incident: Incident, breaker: BreakerRecord, outcome: BreakerOutcome): EventDraft {
  return draft(breakerChanged, {
    service: incident.service,
    incidentId: incident.id,
    key: outcome.executionId,
    data: {
      playbookId: breaker.playbookId,
      service: outcome.service,
      state: 'open',
      reason: breaker.reason ?? 'it failed too often',
      outcomes: { ...countOutcomes(breaker), last: outcome.executionId },
      at: outcome.at,
    },
  });
}
