import type { Evidence } from '../evidence.ts';

/** INV-4: between two uses of a playbook on a target lies its cool-down, by a clock that is right. */
export function restsBetweenUses({ effects, executions }: Evidence): readonly string[] {
  return effects.flatMap((effect, index) => {
    const cooldownMs = executions.find(({ remediation }) => remediation.executionId === effect.executionId)?.remediation
      .playbook.safety.cooldownMs;
    const before = effects.slice(0, index).findLast(({ instance }) => instance === effect.instance);
    if (cooldownMs === undefined || before === undefined || before.executionId === effect.executionId) return [];
    const restedMs = effect.atMs - before.atMs;
    return restedMs >= cooldownMs
      ? []
      : [`${effect.instance} rested ${restedMs} ms of its cool-down of ${cooldownMs} ms`];
  });
}
