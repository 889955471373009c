import type { Bus, Consumption } from '@cortex/bus';
import { remediationRolledBack } from '@cortex/contracts';
import type { Knowledge } from '../knowledge.ts';

/** A rollback that failed is a failure mode of its playbook. */
export function consumeRemediationRolledBack(bus: Bus, knowledge: Knowledge): Promise<Consumption> {
  return bus.consume({
    consumer: 'learner',
    event: remediationRolledBack,
    handle: ({ subject, data }) =>
      knowledge.learn({ part: 'rolledback', at: data.completedAt, rolledBack: data }, subject),
  });
}
