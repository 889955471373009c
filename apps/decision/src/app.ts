import type { RunningApp, ServiceContext } from '@cortex/service';
import { Effects } from './adapters/effects.ts';
import { FactsKeeper } from './adapters/facts.ts';
import { IncidentStore } from './adapters/incident-store.ts';
import { Brain } from './brain.ts';
import { consumeAnomalyCleared } from './handlers/anomaly-cleared.ts';
import { consumeAnomalyDetected } from './handlers/anomaly-detected.ts';
import { consumeAnomalyUpdated } from './handlers/anomaly-updated.ts';
import { consumeApprovalDenied } from './handlers/approval-denied.ts';
import { consumeApprovalGranted } from './handlers/approval-granted.ts';
import { consumeControlChanged } from './handlers/control-changed.ts';
import { consumeEscalationAcknowledged } from './handlers/escalation-acknowledged.ts';
import { consumeHealthChanged } from './handlers/health-changed.ts';
import { consumeIncidentCloseRequested } from './handlers/incident-close-requested.ts';
import { consumeRemediationCompleted } from './handlers/remediation-completed.ts';
import { consumeRemediationRolledBack } from './handlers/remediation-rolledback.ts';
import { consumeRemediationStarted } from './handlers/remediation-started.ts';
import { consumeTimerDue } from './handlers/timer-due.ts';
import { consumeVerificationCompleted } from './handlers/verification-completed.ts';
import { createDecisionMetrics } from './metrics.ts';

/** Decides: signals into incidents, incidents into plans, outcomes into the next move. */
export async function startDecision(context: ServiceContext): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const { now } = runtime;
  const facts = await FactsKeeper.start(bus, config, runtime);
  const timers = await bus.timers(context.name);
  const metrics = createDecisionMetrics(context.metrics, {
    isKillSwitchOn: () => facts.killSwitch?.on !== false,
    countSilences: () => facts.silences.countActive(now().toISOString()),
  });
  const effects = new Effects(bus, timers, facts.breakers, logger, runtime);
  const brain = new Brain({ store: await IncidentStore.open(bus, now), facts, effects, metrics, logger, now });
  await brain.start();
  await Promise.all([
    consumeAnomalyDetected(bus, brain),
    consumeAnomalyUpdated(bus, brain),
    consumeAnomalyCleared(bus, brain, facts),
    consumeHealthChanged(bus, brain, facts),
    consumeRemediationStarted(bus, brain),
    consumeRemediationCompleted(bus, brain),
    consumeRemediationRolledBack(bus, brain),
    consumeVerificationCompleted(bus, brain),
    consumeApprovalGranted(bus, brain),
    consumeApprovalDenied(bus, brain),
    consumeEscalationAcknowledged(bus, brain),
    consumeIncidentCloseRequested(bus, brain),
    consumeControlChanged(bus, brain, facts),
    consumeTimerDue(bus, brain),
  ]);
  return {
    async stop() {
      await timers.stop();
      await facts.stop();
    },
  };
}
