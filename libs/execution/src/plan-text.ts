import { canonicalJson } from '@cortex/contracts';
import type { Playbook, Target } from '@cortex/contracts';

export interface PlanToHash {
  readonly playbook: Playbook;
  readonly targets: readonly Target[];
  readonly dryRun: boolean;
  readonly service: string;
  readonly executionId: string;
}

/** What the hash of a plan is made of, and so what an approval covers: everything that runs, on what, and under which id. */
export function textOfPlan({ playbook, targets, dryRun, service, executionId }: PlanToHash): string {
  const names = targets.map((target) => target.instance).sort();
  return canonicalJson({ playbook, targets: names, executionId, dryRun, service });
}
