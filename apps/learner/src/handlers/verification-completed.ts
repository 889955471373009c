import type { Bus, Consumption } from '@cortex/bus';
import { verificationCompleted } from '@cortex/contracts';
import type { Knowledge } from '../knowledge.ts';

/** Whether the playbook helped. */
export function consumeVerificationCompleted(bus: Bus, knowledge: Knowledge): Promise<Consumption> {
  return bus.consume({
    consumer: 'learner',
    event: verificationCompleted,
    handle: ({ subject, data }) => knowledge.learn({ part: 'verified', at: data.completedAt, verified: data }, subject),
  });
}
