import type { BlastRadiusLevel, Playbook, Target } from '@cortex/contracts';

/** How a playbook was found, best first. Spec 6.1 step 5. */
export type MatchKind = 'exact' | 'category' | 'similar';

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
