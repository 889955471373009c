import { runCheck } from '@cortex/checks';
import type { RunnableCheck } from '@cortex/checks';
import { targetKey } from '@cortex/contracts';
import type { CheckDefinition, CheckOutcome, Target } from '@cortex/contracts';
import type { RemediationTarget } from '@cortex/execution';
import type { ExecutorParts } from './parts.ts';

/** Runs a check on a target from this process, by the site's policy for connections. */
export function runOwnCheck(
  parts: ExecutorParts,
  check: RunnableCheck,
  target: RemediationTarget,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const { checks: registry, now, runtime, outbound } = parts;
  return runCheck(check, target.facts, { registry, now, runtime, outbound, signal });
}

/** The checks that the configuration has for a target. */
export function checksOf({ configuredChecks }: ExecutorParts, target: Target): readonly CheckDefinition[] {
  return configuredChecks.filter((check) => targetKey(check.target) === targetKey(target));
}
