import { compileCondition } from '@cortex/conditions';
import { signalVariables, type Playbook } from '@cortex/contracts';

/** A metric that playbooks ask about, and which of their parts do. */
export interface AwaitedMetric {
  readonly metric: string;
  /** `trigger of disk-space-cleanup-001`. */
  readonly by: readonly string[];
}

/** Every metric that the playbooks need to be told, by name. */
export function awaitedMetrics(
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'verification'>[],
): readonly AwaitedMetric[] {
  const found = new Map<string, string[]>();
  const add = (metric: string, who: string): void => {
    if (signalVariables.some((known) => known === metric)) return;
    const by = found.get(metric) ?? [];
    if (!by.includes(who)) found.set(metric, [...by, who]);
  };
  for (const { id, trigger, verification } of playbooks) {
    for (const metric of compileCondition(trigger.condition).variables) add(metric, `trigger of ${id}`);
    const conditions = verification.conditions.flatMap((text) => compileCondition(text).variables);
    for (const metric of [...conditions, ...verification.shortTerm.metrics]) add(metric, `verification of ${id}`);
  }
  return [...found]
    .map(([metric, by]) => ({ metric, by }))
    .toSorted((left, right) => (left.metric < right.metric ? -1 : 1));
}
