import type { CheckDefinition, Target } from '@cortex/contracts';
import type { RemediationTarget } from '@cortex/execution';
import { pause } from '@cortex/runtime';
import type { ExecutorParts } from './parts.ts';
import { checksOf, runOwnCheck } from './run-own-check.ts';

/** Between two looks at a target that does not serve yet. */
export const lookEveryMs = 1_000;

export type Serving =
  | { readonly kind: 'serves' }
  | { readonly kind: 'does_not'; readonly detail: string }
  /** No check looks at it: there will never be an answer. */
  | { readonly kind: 'nobody_can_tell'; readonly detail: string };

/** Whether every check that says so passes now: evidence from after everything that was done before this call. */
export async function looksServing(
  parts: ExecutorParts,
  target: RemediationTarget,
  signal: AbortSignal,
): Promise<Serving> {
  const checks = tellingChecks(parts, target);
  if (checks.length === 0) {
    return { kind: 'nobody_can_tell', detail: `no health check looks at ${target.instance}` };
  }
  const outcomes = await Promise.all(
    checks.map((check) => runOwnCheck(parts, { ...check, retries: 0 }, target, signal)),
  );
  const bad = outcomes.find(({ result }) => result !== 'pass');
  return bad === undefined
    ? { kind: 'serves' }
    : { kind: 'does_not', detail: `${bad.check} of ${target.instance}: ${bad.detail}` };
}

/** Why not all of these serve within this time; undefined once they do. Rejects when the signal aborts. */
export async function waitUntilServing(
  parts: ExecutorParts,
  targets: readonly RemediationTarget[],
  patienceMs: number,
  {
    signal,
    onServing,
  }: { readonly signal: AbortSignal; readonly onServing: (target: RemediationTarget) => Promise<void> },
): Promise<string | undefined> {
  const { runtime } = parts;
  const endMs = runtime.monotonicMs() + patienceMs;
  let waiting = targets;
  for (;;) {
    const looks = await Promise.all(
      waiting.map(async (target) => ({ target, seen: await looksServing(parts, target, signal) })),
    );
    signal.throwIfAborted();
    await Promise.all(looks.filter(({ seen }) => seen.kind === 'serves').map(({ target }) => onServing(target)));
    const [worst] = looks.flatMap(({ seen }) => (seen.kind === 'serves' ? [] : [seen]));
    if (worst === undefined) return undefined;
    if (worst.kind === 'nobody_can_tell') return `nobody can tell whether it serves again: ${worst.detail}`;
    if (runtime.monotonicMs() >= endMs) {
      return `it does not serve again within ${Math.round(patienceMs / 1_000)} s: ${worst.detail}`;
    }
    waiting = looks.filter(({ seen }) => seen.kind !== 'serves').map(({ target }) => target);
    await pause(runtime, lookEveryMs, signal);
  }
}

/** True when there is a check by which anybody could ever tell. */
export function canBeSeen(parts: ExecutorParts, target: Target): boolean {
  return tellingChecks(parts, target).length > 0;
}

/** A comprehensive check may be a load of its own, so it is only run where no other is there. */
function tellingChecks(parts: ExecutorParts, target: Target): readonly CheckDefinition[] {
  const all = checksOf(parts, target);
  const quick = all.filter(({ tier }) => tier !== 'comprehensive');
  return quick.length > 0 ? quick : all;
}
