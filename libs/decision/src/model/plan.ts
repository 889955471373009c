import type { BlastRadiusLevel, Playbook, Signal, Target } from '@cortex/contracts';
import { planWaves, textOfPlan } from '@cortex/execution';
import { sha256 } from '../hash/sha256.ts';

/** How a playbook was found, best first. Spec 6.1 step 5. */
export const matchKinds = ['exact', 'category', 'similar'] as const;
export type MatchKind = (typeof matchKinds)[number];

/** 0 for the best kind. */
export function kindRank(kind: MatchKind): number {
  return matchKinds.indexOf(kind);
}

/** A playbook that fits. */
export interface Match {
  readonly playbook: Playbook;
  readonly match: MatchKind;
  /** The signals that it answers. */
  readonly signals: readonly Signal[];
}

/** Spec 6.2 `select_playbook`. */
export const selectionWeights = {
  success_rate: 0.4,
  avg_execution_time: 0.2,
  blast_radius_match: 0.3,
  recency: 0.1,
} as const;

export interface RankedMatch extends Match {
  readonly score: number;
  readonly parts: Readonly<Record<keyof typeof selectionWeights, number>>;
}

/** What would be requested, complete: its hash binds an approval to it. */
export interface Plan {
  readonly playbook: Playbook;
  readonly match: MatchKind;
  readonly targets: readonly Target[];
  /** What the plan itself touches, not what the incident affects. */
  readonly level: BlastRadiusLevel;
  readonly attempt: number;
  readonly executionId: string;
  readonly planHash: string;
  readonly maxUnavailable: number;
  readonly dryRun: boolean;
}

/** What an approval of this plan covers: everything that runs, on what, and under which id. */
export function hashOfPlan(
  { playbook, targets, dryRun }: Pick<Plan, 'playbook' | 'targets' | 'dryRun'>,
  service: string,
  executionId: string,
): string {
  return sha256(textOfPlan({ playbook, targets, dryRun, service, executionId }));
}

export function namesOf({ targets }: Pick<Plan, 'targets'>): string {
  return targets.map((target) => target.instance).join(', ');
}

/** How the executor will go over the targets of a plan; undefined when it is one wave. */
export function describeWaves(plan: Pick<Plan, 'targets' | 'maxUnavailable'>): string | undefined {
  const waves = planWaves(plan).map((wave) => namesOf({ targets: wave }));
  if (waves.length < 2) return undefined;
  return `in ${waves.length} waves, each when the one before it serves again: ${waves.join(' | ')}`;
}
