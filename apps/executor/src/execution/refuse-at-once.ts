import { targetKey } from '@cortex/contracts';
import type { Remediation } from '@cortex/contracts';
import type { ExecutionEnding } from '@cortex/execution';
import type { ExecutorParts } from './parts.ts';
import type { resolvePlan } from './resolve-plan.ts';

/** Why a remediation that has had no effect yet is refused before anything else is checked; undefined when it is not. */
export function refuseAtOnce(
  parts: ExecutorParts,
  remediation: Remediation,
  resolved: ReturnType<typeof resolvePlan>,
): ExecutionEnding | undefined {
  const protectedKeys = new Set(parts.protectedTargets.map(targetKey));
  const own = remediation.targets.find((target) => protectedKeys.has(targetKey(target)));
  if (own !== undefined) {
    return { outcome: 'refused', refusedBy: 'protected', reason: `${own.service}/${own.instance} is protected` };
  }
  if (!resolved.ok) return { outcome: 'refused', refusedBy: 'invalid_plan', reason: resolved.problems.join('; ') };
  if (parts.now().toISOString() > remediation.expiresAt) {
    return { outcome: 'refused', refusedBy: 'expired', reason: `not begun by ${remediation.expiresAt}` };
  }
  const silence = remediation.dryRun ? undefined : parts.silences.refusalOf(remediation.targets, parts.now());
  if (silence !== undefined) return { outcome: 'refused', refusedBy: 'silence', reason: silence };
  return undefined;
}
