import type { Route, Routes } from '@cortex/bus';
import type { FactsKeeper } from './adapters/facts.ts';
import type { Brain, DecisionEvent } from './brain.ts';
import { handleAnomalyCleared } from './handlers/anomaly-cleared.ts';
import { handleControlChanged } from './handlers/control-changed.ts';
import { handleHealthChanged } from './handlers/health-changed.ts';
import { handleTimerDue } from './handlers/timer-due.ts';

/** What becomes of each event: a signal about a service, or news of an incident. The brain publishes, after its record is written. */
export function decisionRoutes(brain: Brain, facts: FactsKeeper): Routes<'decision'> {
  const ofService: Route<'anomaly.detected' | 'anomaly.updated'> = (event, context) =>
    brain.takeForService(event, event.data.service, context.deriveId('incident', event.data.service));
  const ofIncident = (event: DecisionEvent & { readonly data: { readonly incidentId: string } }): Promise<void> =>
    brain.takeForIncident(event, event.data.incidentId);
  return {
    'health.changed': handleHealthChanged(brain, facts),
    'anomaly.detected': ofService,
    'anomaly.updated': ofService,
    'anomaly.cleared': handleAnomalyCleared(brain, facts),
    'incident.close.requested': ofIncident,
    'approval.granted': ofIncident,
    'approval.denied': ofIncident,
    'remediation.started': ofIncident,
    'remediation.completed': ofIncident,
    'remediation.rolledback': ofIncident,
    'verification.completed': ofIncident,
    'escalation.acknowledged': ofIncident,
    'control.changed': handleControlChanged(brain, facts),
    'timer.due': handleTimerDue(brain),
  };
}
