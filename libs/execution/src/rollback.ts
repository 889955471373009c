import { targetKey } from '@cortex/contracts';
import type { ExecutionRecord, JournalEntry, JsonRecord, PlaybookStep, RollbackOutcome } from '@cortex/contracts';
import { moveAt } from './next-move.ts';
import { entriesAt } from './record.ts';
import type { RemediationTarget } from './record.ts';

/** One operation of a rollback: undo a step, or run a step that the playbook has for it. */
export type RollbackItem = { readonly step: PlaybookStep; readonly target: RemediationTarget } & (
  | { readonly kind: 'undo'; /** What was seen before the first attempt. */ readonly before: JsonRecord }
  | { readonly kind: 'step' }
);

export type RollbackMove =
  | { readonly kind: 'intent'; readonly item: RollbackItem; readonly attempt: number }
  | { readonly kind: 'resolve_ambiguous'; readonly item: RollbackItem; readonly entry: JournalEntry }
  | { readonly kind: 'complete'; readonly outcome: Exclude<RollbackOutcome, 'stopped'>; readonly reason: string }
  | { readonly kind: 'ended' };

/**
 * The operations of a rollback, in order: the steps that succeeded, are ambiguous, or failed half-way, backwards. If
 * the playbook has rollback steps of its own, these run instead, in their order, on each target that was touched.
 * INV-11.
 */
export function rollbackPlan(record: ExecutionRecord): readonly RollbackItem[] {
  const { playbook, targets } = record.remediation;
  if (!playbook.rollback.available) return [];
  const touched = placesTouched(record);
  if (playbook.rollback.steps.length > 0) {
    return targets
      .filter((target) => touched.some((place) => targetKey(place.target) === targetKey(target)))
      .toReversed()
      .flatMap((target) => playbook.rollback.steps.map((step): RollbackItem => ({ kind: 'step', step, target })));
  }
  return touched.toReversed().map(({ step, target }): RollbackItem => {
    const first = entriesAt(record, { phase: 'remediation', step: step.step, target })[0];
    return { kind: 'undo', step, target, before: first?.before ?? {} };
  });
}

/** The next move of a rollback. It stops at the first failure: undoing the steps before it might do more harm. */
export function nextRollbackMove(record: ExecutionRecord): RollbackMove {
  if (record.status === 'accepted' || record.status === 'running' || record.status === 'rolled_back') {
    return { kind: 'ended' };
  }
  const { rollback } = record.remediation.playbook;
  if (!rollback.available) {
    return { kind: 'complete', outcome: 'not_available', reason: rollback.reason ?? 'the playbook has no rollback' };
  }
  const plan = rollbackPlan(record);
  if (plan.length === 0) return { kind: 'complete', outcome: 'not_available', reason: 'nothing was done' };

  for (const item of plan) {
    const { step, target } = item;
    const retries = item.kind === 'undo' ? 0 : step.retries;
    const move = moveAt(record, { phase: 'rollback', step: step.step, target }, step, target, retries);
    if (move === 'passed') continue;
    const name = `${item.kind === 'undo' ? 'undo of ' : ''}step ${step.step} "${step.name}" on ${target.instance}`;
    if (move === 'failed') {
      if (item.kind === 'step' && step.continueOnFailure) continue;
      const detail = entriesAt(record, { phase: 'rollback', step: step.step, target }).at(-1)?.result?.detail ?? '';
      return { kind: 'complete', outcome: 'failed', reason: `${name} failed: ${detail}` };
    }
    switch (move.kind) {
      case 'intent':
        return { kind: 'intent', item, attempt: move.attempt };
      case 'resolve_ambiguous':
        return { kind: 'resolve_ambiguous', item, entry: move.entry };
      case 'complete':
      case 'ended':
        return { kind: 'complete', outcome: 'failed', reason: `${name} is in doubt` };
    }
  }
  const undone = record.entries.filter(({ phase, result }) => phase === 'rollback' && result?.outcome === 'succeeded');
  return undone.length > 0
    ? { kind: 'complete', outcome: 'succeeded', reason: `undid ${undone.length} of ${plan.length}` }
    : { kind: 'complete', outcome: 'not_available', reason: 'none of the steps can be undone' };
}

/** The places with an effect or a possible effect, in the order in which they were begun. */
function placesTouched(
  record: ExecutionRecord,
): readonly { readonly step: PlaybookStep; readonly target: RemediationTarget }[] {
  const { playbook, targets } = record.remediation;
  return targets.flatMap((target) =>
    playbook.steps
      .filter((step) => entriesAt(record, { phase: 'remediation', step: step.step, target }).some(mayHaveChanged))
      .map((step) => ({ step, target })),
  );
}

function mayHaveChanged(entry: JournalEntry): boolean {
  if (entry.partial === true) return true;
  return entry.result?.outcome === 'succeeded' || entry.result?.outcome === 'ambiguous';
}
