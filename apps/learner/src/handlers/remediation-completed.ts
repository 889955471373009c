import type { Bus, Consumption } from '@cortex/bus';
import { remediationCompleted } from '@cortex/contracts';
import type { Knowledge } from '../knowledge.ts';

/** How long the steps took and whether they ran. */
export function consumeRemediationCompleted(bus: Bus, knowledge: Knowledge): Promise<Consumption> {
  return bus.consume({
    consumer: 'learner',
    event: remediationCompleted,
    handle: ({ subject, data }) =>
      knowledge.learn({ part: 'completed', at: data.completedAt, completed: data }, subject),
  });
}
