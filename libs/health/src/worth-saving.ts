import type { CheckMemory, TargetHealth } from './memory.ts';
import { persistentAfterRounds, unknownAfterErrors } from './step-check.ts';

/**
 * Whether the memory has changed in a way that could influence later states, so that whoever continues from the stored
 * record reaches the same states. A check that goes on passing, or failing, changes nothing of that kind.
 */
export function isWorthSaving(before: TargetHealth, after: TargetHealth, recoverAfter: number): boolean {
  const keptOf = (health: TargetHealth): string =>
    JSON.stringify([
      health.memory.hasBeenWell,
      Object.entries(health.memory.checks).map(([name, memory]) => [name, keepOf(memory, recoverAfter)]),
    ]);
  return keptOf(before) !== keptOf(after);
}

function keepOf({ status, passes, failures, errors, persistent }: CheckMemory, recoverAfter: number): unknown {
  return [
    status,
    persistent,
    status === 'failing' ? Math.min(passes, recoverAfter) : 0,
    persistent ? 0 : Math.min(failures, persistentAfterRounds),
    status === 'passing' ? Math.min(errors, unknownAfterErrors) : 0,
  ];
}
