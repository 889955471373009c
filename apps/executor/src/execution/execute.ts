import type { HandlerContext } from '@cortex/bus';
import type { EventDraft, Remediation } from '@cortex/contracts';
import { executionDeadline, hasBegun, newRecord } from '@cortex/execution';
import { answerFrom, endExecution, reportEnd, settlePlaces } from './answers.ts';
import { closeAsAmbiguous } from './close-as-ambiguous.ts';
import { dryRun } from './dry-run.ts';
import { TryAgainLater } from './errors.ts';
import { takeHolds } from './holds.ts';
import { Journal } from './journal.ts';
import { objectionAtOnce } from './may-begin.ts';
import type { Objection } from './may-begin.ts';
import type { ExecutorParts } from './parts.ts';
import { preconditionProblem } from './preconditions.ts';
import { Publisher } from './publisher.ts';
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
  const early = context.deliveries > 1 ? await Journal.read(parts, executionId) : undefined;
  const known = early === undefined ? undefined : answerFrom(early, remediation);
  if (early !== undefined && known !== undefined) {
    // The process that wrote the end may have died before it gave up its places.
    if (known.length > 0) await settlePlaces(parts, early);
    return known;
  }

  const resolved = resolvePlan(remediation, parts.actions);
  const isDry = remediation.dryRun;
  const [read, kill, taken] = await Promise.all([
    settle(early ?? Journal.read(parts, executionId)),
    parts.killSwitch.read(),
    isDry || !resolved.ok ? undefined : settle(takeHolds(parts, remediation)),
  ]);
  try {
    const found = unsettle(read);
    const answer = found === undefined ? undefined : answerFrom(found, remediation);
    if (answer !== undefined) return answer;
    const journal = found ?? Journal.begin(parts.journal, newRecord(remediation, parts.now()));
    if (journal.record.status === 'completed') journal.restart(newRecord(remediation, parts.now()));
    // After a crash in the middle of a step it is settled first what became of that step.
    const isFresh = !hasBegun(journal.record);

    const objection = isFresh ? objectionAtOnce(parts, remediation) : undefined;
    if (objection !== undefined) return await refuse(parts, journal, objection);
    if (!resolved.ok) {
      const reason = resolved.problems.join('; ');
      if (isFresh) return await refuse(parts, journal, { by: 'invalid_plan', reason });
      journal.restart(closeAsAmbiguous(journal.record, parts.now()));
      return await endExecution(parts, journal, { outcome: 'ambiguous', reason });
    }
    if (isDry) return await runDry(parts, journal, resolved.plan, context);
    if (isFresh && kill.on) return await refuse(parts, journal, { by: 'kill_switch', reason: kill.reason });

    if (taken === undefined) throw new RangeError('no holds were asked for');
    const holds = unsettle(taken);
    if (!holds.ok) {
      if (!isFresh) throw new TryAgainLater(holds.reason, 1_000);
      return await refuse(parts, journal, { by: 'target_lock', reason: holds.reason });
    }
    const publisher = new Publisher(context);
    await runSteps({
      parts,
      journal,
      plan: resolved.plan,
      holds: holds.holds,
      publisher,
      deadline: executionDeadline(journal.record.remediation),
      draining: context.signal,
    });
    // Before the end is published: a consumer of that event may want the target at once.
    await settlePlaces(parts, journal);
    await holds.holds.release();
    await publisher.flush();
    return reportEnd(parts, journal);
  } finally {
    if (taken?.ok === true && taken.value.ok) await taken.value.holds.release();
  }
}

function refuse(parts: ExecutorParts, journal: Journal, { by, reason }: Objection): Promise<readonly EventDraft[]> {
  return endExecution(parts, journal, { outcome: 'refused', refusedBy: by, reason });
}

async function runDry(
  parts: ExecutorParts,
  journal: Journal,
  plan: ResolvedPlan,
  context: HandlerContext,
): Promise<readonly EventDraft[]> {
  const problem = await preconditionProblem(parts, journal.record.remediation, context.signal);
  if (problem !== undefined) return refuse(parts, journal, { by: 'precondition', reason: problem });
  await journal.write(await dryRun(parts, journal, plan, context.signal));
  return reportEnd(parts, journal);
}

type Settled<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown };

/** Keeps an error until it is known whether it matters: a journal that has ended needs no holds. */
async function settle<Value>(asked: Promise<Value> | Value): Promise<Settled<Value>> {
  try {
    return { ok: true, value: await asked };
  } catch (error) {
    return { ok: false, error };
  }
}

function unsettle<Value>(settled: Settled<Value>): Value {
  if (!settled.ok) throw settled.error;
  return settled.value;
}
