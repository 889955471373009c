import type { HandlerContext } from '@cortex/bus';
import { targetKey } from '@cortex/contracts';
import type { CortexEvent, EventDraft, Remediation } from '@cortex/contracts';
import { completeExecution, finalResults, hasNoEffect, newRecord } from '@cortex/playbook';
import type { Ending } from '@cortex/playbook';
import { failpoint } from '../failpoint.ts';
import { closeAsAmbiguous } from '../execution/close-as-ambiguous.ts';
import { completedDraft, stepDraft } from '../execution/drafts.ts';
import { dryRun } from '../execution/dry-run.ts';
import { TryAgainLater } from '../execution/errors.ts';
import { takeHolds } from '../execution/holds.ts';
import type { HoldsResult } from '../execution/holds.ts';
import { Journal } from '../execution/journal.ts';
import type { ExecutorParts } from '../execution/parts.ts';
import { resolvePlan } from '../execution/plan.ts';
import type { Plan } from '../execution/plan.ts';
import { preconditionProblem } from '../execution/preconditions.ts';
import { Publisher } from '../execution/publisher.ts';
import { runSteps } from '../execution/steps.ts';

/** Runs a playbook, or goes on with it where a crash left it, or says again how it ended. */
export async function handleRemediationRequested(
  event: CortexEvent<'remediation.requested'>,
  context: HandlerContext,
  parts: ExecutorParts,
): Promise<readonly EventDraft[]> {
  const remediation = event.data;
  const { executionId } = remediation;
  // Only a redelivery is likely to find a journal: the first delivery looks while it takes its holds.
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
    if (refusal !== undefined) return await end(parts, journal, refusal);
    if (!resolved.ok) {
      journal.restart(closeAsAmbiguous(journal.record, parts.now()));
      return await end(parts, journal, { outcome: 'ambiguous', reason: resolved.problems.join('; ') });
    }
    if (isDry) return await runDry(parts, journal, resolved.plan, context);
    if (isFresh && kill.on)
      return await end(parts, journal, { outcome: 'refused', refusedBy: 'kill_switch', reason: kill.reason });

    const holds = unsettle(taken);
    if (!holds.ok) {
      if (!isFresh) throw new TryAgainLater(holds.reason, 1_000);
      return await end(parts, journal, { outcome: 'refused', refusedBy: holds.refusedBy, reason: holds.reason });
    }
    if (isFresh) {
      const problem = await preconditionProblem(parts, remediation, holds.holds.signal);
      if (problem !== undefined)
        return await end(parts, journal, { outcome: 'refused', refusedBy: 'precondition', reason: problem });
    }
    const publisher = new Publisher(context);
    await runSteps({ parts, journal, plan: resolved.plan, holds: holds.holds, publisher, draining: context.signal });
    // Released before the end is told: whoever hears it may want the target at once.
    await holds.holds.release();
    await publisher.flush();
    return finish(parts, journal);
  } finally {
    if (taken?.ok === true && taken.value.ok) await taken.value.holds.release();
  }
}

/** What a journal says already, without another look at the world. */
function answerFrom(journal: Journal, asked: Remediation): readonly EventDraft[] | undefined {
  const { record } = journal;
  // An older request than the one that the journal holds: its answer was given before the newer one was made.
  if (asked.requestedAt < record.remediation.requestedAt) return [];
  if (record.status === 'accepted' || record.status === 'running') return undefined;
  // A refusal had no effect, so a newer request under the same name may be tried afresh.
  if (record.outcome === 'refused' && asked.requestedAt > record.remediation.requestedAt) return undefined;
  return [...endOfDryRun(journal), completedDraft(record)];
}

function refuseAtOnce(
  parts: ExecutorParts,
  remediation: Remediation,
  resolved: ReturnType<typeof resolvePlan>,
): Ending | undefined {
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

async function runDry(
  parts: ExecutorParts,
  journal: Journal,
  plan: Plan,
  context: HandlerContext,
): Promise<readonly EventDraft[]> {
  const problem = await preconditionProblem(parts, journal.record.remediation, context.signal);
  if (problem !== undefined)
    return end(parts, journal, { outcome: 'refused', refusedBy: 'precondition', reason: problem });
  await journal.write(await dryRun(parts, journal, plan, context.signal));
  return finish(parts, journal);
}

async function end(parts: ExecutorParts, journal: Journal, ending: Ending): Promise<readonly EventDraft[]> {
  await journal.write(completeExecution(journal.record, ending, parts.now()));
  return finish(parts, journal);
}

function finish(parts: ExecutorParts, journal: Journal): readonly EventDraft[] {
  const { remediation, outcome = 'ambiguous', reason, acceptedAt, completedAt = acceptedAt } = journal.record;
  const durationMs = Date.parse(completedAt) - Date.parse(acceptedAt);
  failpoint('after_completion');
  parts.metrics.remediationEnded(remediation.playbook.id, outcome, durationMs);
  parts.logger.info({ executionId: remediation.executionId, outcome, reason, durationMs }, 'execution ended');
  return [...endOfDryRun(journal), completedDraft(journal.record)];
}

/** The steps of a dry run are told with its end; those of a real run were told one by one. */
function endOfDryRun({ record }: Journal): readonly EventDraft[] {
  if (!record.remediation.dryRun) return [];
  return finalResults(record, 'remediation').map((result) => stepDraft(record, 'remediation', result));
}

type Settled = { readonly ok: true; readonly value: HoldsResult } | { readonly ok: false; readonly error: unknown };

/** Keeps an error until we know whether it matters: a journal that has ended needs no holds. */
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
