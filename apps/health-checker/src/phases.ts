import type { CheckDefinition } from '@cortex/contracts';

/**
 * Where in its interval each check of a target lies, from 0 to 1. Checks with the same interval are spaced evenly, so
 * that one of them soon sees a failure. `start`, from 0 to 1, keeps targets apart.
 */
export function phasesOf(checks: readonly Pick<CheckDefinition, 'intervalMs'>[], start: number): readonly number[] {
  return checks.map((check) => {
    const peers = checks.filter(({ intervalMs }) => intervalMs === check.intervalMs);
    return (start + peers.indexOf(check) / peers.length) % 1;
  });
}
