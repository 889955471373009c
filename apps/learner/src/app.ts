import { consumeRoutes } from '@cortex/bus';
import { incidentHistoryBucket, playbookPerformanceBucket } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openKnowledge } from './knowledge.ts';
import { learnerRoutes } from './routes.ts';

/** Turns every outcome into knowledge: incident records and the performance of each playbook. */
export async function startLearner({ bus, config }: ServiceContext): Promise<RunningApp> {
  const knowledge = openKnowledge(
    await bus.bucket(incidentHistoryBucket),
    await bus.bucket(playbookPerformanceBucket),
    (name) => config.services.find((service) => service.name === name)?.users,
  );
  await consumeRoutes(bus, 'learner', learnerRoutes(knowledge));
  return {};
}
