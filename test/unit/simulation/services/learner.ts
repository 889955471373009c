import {
  incidentResolved,
  remediationCompleted,
  remediationRolledBack,
  verificationCompleted,
} from '@cortex/contracts';
import { falseAlarms, learnOutcome, playbookOf, saysSomething } from '@cortex/learning';
import type { Outcome } from '@cortex/learning';
import type { Process, Task } from '../process.ts';
import type { Site } from '../site.ts';

/** Mirrors apps/learner: knowledge.ts and handlers/*.ts. */
export function startLearner(site: Site, process: Process): void {
  const { bus } = site;
  const group = 'learner';
  bus.consume(process, {
    group,
    type: remediationCompleted.type,
    *handle({ data }) {
      yield* learn(site, { part: 'completed', at: data.completedAt, completed: data });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: verificationCompleted.type,
    *handle({ data }) {
      yield* learn(site, { part: 'verified', at: data.completedAt, verified: data });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: remediationRolledBack.type,
    *handle({ data }) {
      yield* learn(site, { part: 'rolledback', at: data.completedAt, rolledBack: data });
      return [];
    },
  });
  bus.consume(process, {
    group,
    type: incidentResolved.type,
    *handle({ data: { incident } }) {
      for (const alarm of falseAlarms(incident)) yield* learn(site, alarm);
      return [];
    },
  });
}

function* learn({ buckets, mutation }: Site, outcome: Outcome): Task<void> {
  if (!saysSomething(outcome)) return;
  yield* buckets.performance.modify(playbookOf(outcome), (current) => {
    const forgetful = mutation === 'learner counts every delivery' && current !== undefined;
    const learned = learnOutcome(forgetful ? { ...current, counted: [] } : current, outcome);
    return learned === current ? undefined : learned;
  });
}
