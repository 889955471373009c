import { incidentHistoryBucket, playbookPerformanceBucket } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { consumeIncidentResolved } from './handlers/incident-resolved.ts';
import { consumeRemediationCompleted } from './handlers/remediation-completed.ts';
import { consumeRemediationRolledBack } from './handlers/remediation-rolledback.ts';
import { consumeVerificationCompleted } from './handlers/verification-completed.ts';
import { openKnowledge } from './knowledge.ts';

/** Turns every outcome into knowledge: incident records and what is known of each playbook. */
export async function startLearner({ bus, config }: ServiceContext): Promise<RunningApp> {
  const knowledge = openKnowledge(
    await bus.bucket(incidentHistoryBucket),
    await bus.bucket(playbookPerformanceBucket),
    (name) => config.services.find((service) => service.name === name)?.users,
  );
  await Promise.all([
    consumeIncidentResolved(bus, knowledge),
    consumeRemediationCompleted(bus, knowledge),
    consumeVerificationCompleted(bus, knowledge),
    consumeRemediationRolledBack(bus, knowledge),
  ]);
  return {};
}
