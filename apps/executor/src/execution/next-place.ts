import { isTouched, questionBefore, recoveryMs } from '@cortex/execution';
import type { RemediationTarget } from '@cortex/execution';
import { pause } from '@cortex/runtime';
import { TryAgainLater } from './errors.ts';
import type { ExecutionRun } from './execution-run.ts';
import { lookEveryMs, looksServing, waitUntilServing } from './serving.ts';

/** Why this target, the first of its execution, has no place now. */
export async function whyNoPlace(run: ExecutionRun, target: RemediationTarget): Promise<string | undefined> {
  const { parts, journal } = run;
  requireHolds(run);
  const place = await parts.reservations.take(journal.record.remediation, target);
  return place.ok ? undefined : place.reason;
}

/** Why this target may not be begun: the wave before it is not proved, or it has no place. Undefined when it may. */
export async function whyNotYet(run: ExecutionRun, target: RemediationTarget): Promise<string | undefined> {
  const { parts, journal } = run;
  const { executionId, playbook } = journal.record.remediation;
  const question = questionBefore(journal.record, target);
  if (question !== undefined) {
    const signal = AbortSignal.any([run.draining, run.holds.signal]);
    const options = { signal, onServing: (one: RemediationTarget) => parts.reservations.release(executionId, one) };
    const problem = await orLater(run, () => waitUntilServing(parts, question.targets, recoveryMs(playbook), options));
    if (problem !== undefined) return `${target.instance} was not begun: ${problem}`;
  }
  return waitForPlace(run, target, { patienceMs: recoveryMs(playbook), isBegun: isTouched(journal.record, target) });
}

/** Waits for a place in the service. What this execution has finished with, and serves again, gives up its own. */
export async function waitForPlace(
  run: ExecutionRun,
  target: RemediationTarget,
  { patienceMs, isBegun }: { readonly patienceMs: number; readonly isBegun: boolean },
): Promise<string | undefined> {
  const { parts, journal } = run;
  const { remediation } = journal.record;
  const endMs = parts.runtime.monotonicMs() + patienceMs;
  for (;;) {
    requireHolds(run);
    const place = await parts.reservations.take(remediation, target, { isBegun });
    if (place.ok) return undefined;
    if (parts.runtime.monotonicMs() >= endMs) return place.reason;
    await orLater(run, async () => {
      await pause(parts.runtime, lookEveryMs, run.draining, run.holds.signal);
      for (const done of remediation.targets) {
        if (done.instance === target.instance || !isTouched(journal.record, done)) continue;
        const seen = await looksServing(parts, done, run.holds.signal);
        if (seen.kind === 'serves') await parts.reservations.release(remediation.executionId, done);
      }
    });
  }
}

/** Who stood still until its leases were over takes no place: another may have ended the execution, and nobody would free it. */
function requireHolds({ holds }: ExecutionRun): void {
  if (holds.signal.aborted) throw new TryAgainLater('a lease was lost', 1);
}

/** A wait that is broken off, by a drain or a lost lease, is gone on with by whoever gets the request next. */
async function orLater<Value>(run: ExecutionRun, wait: () => Promise<Value>): Promise<Value> {
  const isBroken = (): boolean => run.draining.aborted || run.holds.signal.aborted;
  try {
    const value = await wait();
    if (!isBroken()) return value;
  } catch (error) {
    if (!isBroken()) throw error;
  }
  throw new TryAgainLater(run.draining.aborted ? 'this process is draining' : 'a lease was lost while waiting', 1);
}
