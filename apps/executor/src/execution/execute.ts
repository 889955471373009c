import type { HandlerContext } from '@cortex/bus';
import type { EventDraft, Remediation } from '@cortex/contracts';
import { hasNoEffect, newRecord } from '@cortex/execution';
import { answerFrom, endExecution, reportEnd } from './answers.ts';
import { closeAsAmbiguous } from './close-as-ambiguous.ts';
import { dryRun } from './dry-run.ts';
import { TryAgainLater } from './errors.ts';
import { takeHolds } from './holds.ts';
import type { HoldsResult } from './holds.ts';
import { Journal } from './journal.ts';
import type { ExecutorParts } from './parts.ts';
import { preconditionProblem } from './preconditions.ts';
import { Publisher } from './publisher.ts';
import { refuseAtOnce } from './refuse-at-once.ts';
import { resolvePlan } from './resolve-plan.ts';
import type { ResolvedPlan } from './resolve-plan.ts';
import { runSteps } from './run-steps.ts';

/** Runs a playbook, continues it after a crash, or repeats the report of its end. */
export async function execute(
  remediation: Remediation,
  context: HandlerContext,
  parts: ExecutorParts,
): Promise<readonly EventDraft[]> {
  const { executionId } = remediation;
  // Only a redelivery is likely to find a journal: the first delivery reads it while it takes its holds.
  const early = context.deliveries > 1 ? await Journal.read(parts.journal, executionId) : undefined;
  const known = early === undefined ? undefined : answerFrom(early, remediation);
  if (known !== undefined) return known;

  const resolved = resolvePlan(remediation, parts.actions);
  const isDry = remediation.dryRun;
  const [found, kill, taken] = await Promise.all([
    early ?? Journal.read(parts.journal, executionId),
    parts.killSwitch.read(),
    isDry || !resolved.ok ? undefined : settle(takeHolds(parts, remediation)),
  ]);
  try {
    const answer = found === undefined ? undefined : answerFrom(found, remediation);
    if (answer !== undefined) return answer;
    const journal = found ?? Journal.begin(parts.journal, newRecord(remediation, parts.now()));
    if (journal.record.status === 'completed') journal.restart(newRecord(remediation, parts.now()));
    const isFresh = hasNoEffect(journal.record);

    const refusal = isFresh ? refuseAtOnce(parts, remediation, resolved) : undefined;
    if (refusal !== undefined) return await endExecution(parts, journal, refusal);
    if (!resolved.ok) {
      journal.restart(closeAsAmbiguous(journal.record, parts.now()));
      return await endExecution(parts, journal, { outcome: 'ambiguous', reason: resolved.problems.join('; ') });
    }
    if (isDry) return await runDry(parts, journal, resolved.plan, context);
    if (isFresh && kill.on)
      return await endExecution(parts, journal, { outcome: 'refused', refusedBy: 'kill_switch', reason: kill.reason });

    const holds = unsettle(taken);
    if (!holds.ok) {
      if (!isFresh) throw new TryAgainLater(holds.reason, 1_000);
      return await endExecution(parts, journal, {
        outcome: 'refused',
        refusedBy: holds.refusedBy,
        reason: holds.reason,
      });
    }
    if (isFresh) {
      const problem = await preconditionProblem(parts, remediation, holds.holds.signal);
      if (problem !== undefined)
        return await endExecution(parts, journal, { outcome: 'refused', refusedBy: 'precondition', reason: problem });
    }
    const publisher = new Publisher(context);
    await runSteps({ parts, journal, plan: resolved.plan, holds: holds.holds, publisher, draining: context.signal });
    // Released before the end is published: a consumer of that event may want the target at once.
    await holds.holds.release();
    await publisher.flush();
    return reportEnd(parts, journal);
  } finally {
    if (taken?.ok === true && taken.value.ok) await taken.value.holds.release();
  }
}

async function runDry(
  parts: ExecutorParts,
  journal: Journal,
  plan: ResolvedPlan,
  context: HandlerContext,
): Promise<readonly EventDraft[]> {
  const problem = await preconditionProblem(parts, journal.record.remediation, context.signal);
  if (problem !== undefined)
    return endExecution(parts, journal, { outcome: 'refused', refusedBy: 'precondition', reason: problem });
  await journal.write(await dryRun(parts, journal, plan, context.signal));
  return reportEnd(parts, journal);
}

type Settled = { readonly ok: true; readonly value: HoldsResult } | { readonly ok: false; readonly error: unknown };

/** Keeps an error until it is known whether it matters: a journal that has ended needs no holds. */
async function settle(holds: Promise<HoldsResult>): Promise<Settled> {
  try {
    return { ok: true, value: await holds };
  } catch (error) {
    return { ok: false, error };
  }
}

function unsettle(settled: Settled | undefined): HoldsResult {
  if (settled === undefined) throw new RangeError('no holds were asked for');
  if (!settled.ok) throw settled.error;
  return settled.value;
}
