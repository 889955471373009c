import { table } from '../../output/table.ts';
import { whyOf, type Health } from './health-tree.ts';

/** A line for each target and each check, with all that names it and nothing that every run changes: to be kept in a file. */
export function healthTable({ targets, checks }: Health, nowMs: number): string {
  const ofTargets = targets.map(({ target, state, reason }) => ({ target, state, why: reason }));
  const ofChecks = checks.map(({ streak: _streak, ...check }) => ({
    target: check.target,
    tier: check.tier,
    check: check.label,
    state: check.state,
    why: whyOf(check, nowMs),
  }));
  const rows: readonly HealthRow[] = [...ofTargets, ...ofChecks];
  return table(rows, [
    {
      title: 'target',
      value: ({ target, check }) => [target.service, target.instance, check].filter(Boolean).join('/'),
    },
    { title: 'tier', value: ({ tier }) => tier },
    { title: 'state', value: ({ state }) => state },
    { title: 'why', value: ({ why }) => why || undefined },
  ]);
}

interface HealthRow {
  readonly target: Health['targets'][number]['target'];
  readonly tier?: string;
  readonly check?: string;
  readonly state: string;
  readonly why: string | undefined;
}
