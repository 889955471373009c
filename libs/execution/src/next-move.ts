import type { ExecutionOutcome, ExecutionRecord, JournalEntry, PlaybookStep } from '@cortex/contracts';
import { entriesAt } from './record.ts';
import type { StepPlace, RemediationTarget } from './record.ts';

/** The next move. `attempt` counts every intent at the place, interrupted ones included. */
export type NextMove =
  | {
      readonly kind: 'intent';
      readonly step: PlaybookStep;
      readonly target: RemediationTarget;
      readonly attempt: number;
    }
  /** A crash left open whether this effect happened. */
  | {
      readonly kind: 'resolve_ambiguous';
      readonly step: PlaybookStep;
      readonly target: RemediationTarget;
      readonly entry: JournalEntry;
    }
  | { readonly kind: 'complete'; readonly outcome: ExecutionOutcome; readonly reason: string }
  | { readonly kind: 'ended' };

/** How often a crash may interrupt the same step before it is left to a human: the step may be the cause of the crashes. */
export const maxCrashRepeats = 3;

/**
 * The next move of an execution, from its journal alone. Targets are processed one after the other, each with all
 * steps, so that a step that fails on the first target never reaches the second.
 */
export function nextMove(record: ExecutionRecord): NextMove {
  if (record.status !== 'accepted' && record.status !== 'running') return { kind: 'ended' };
  const { playbook, targets } = record.remediation;
  for (const target of targets) {
    for (const step of playbook.steps) {
      const move = moveAt(record, { phase: 'remediation', step: step.step, target }, step, target, step.retries);
      if (move === 'passed') continue;
      if (move !== 'failed') return move;
      const last = entriesAt(record, { phase: 'remediation', step: step.step, target }).at(-1);
      if (last?.stopped === true) {
        return { kind: 'complete', outcome: 'stopped', reason: describe('was cut short', step, target, record) };
      }
      if (step.continueOnFailure) continue;
      return { kind: 'complete', outcome: 'failed', reason: describe('failed', step, target, record) };
    }
  }
  return ending(record);
}

/** The next move at one place: the shared core of steps and of rollback. */
export function moveAt(
  record: ExecutionRecord,
  place: StepPlace,
  step: PlaybookStep,
  target: RemediationTarget,
  retries: number,
): NextMove | 'passed' | 'failed' {
  const entries = entriesAt(record, place);
  const last = entries.at(-1);
  if (last === undefined) return { kind: 'intent', step, target, attempt: 1 };
  if (last.status === 'intent') return { kind: 'resolve_ambiguous', step, target, entry: last };

  const again: NextMove = { kind: 'intent', step, target, attempt: last.attempt + 1 };
  if (last.result === undefined) {
    const cutShort = entries.filter((entry) => entry.result === undefined).length;
    if (cutShort <= maxCrashRepeats) return again;
    const reason = `step ${step.step} "${step.name}" on ${target.instance} was cut short ${cutShort} times`;
    return { kind: 'complete', outcome: 'ambiguous', reason };
  }
  switch (last.result.outcome) {
    case 'succeeded':
    case 'skipped':
    case 'dry_run':
      return 'passed';
    case 'ambiguous':
      return { kind: 'complete', outcome: 'ambiguous', reason: describe('is in doubt', step, target, record) };
    case 'failed': {
      const failures = entries.filter((entry) => entry.result?.outcome === 'failed').length;
      return last.retryable === true && failures <= retries ? again : 'failed';
    }
  }
}

function ending(record: ExecutionRecord): NextMove {
  const outcomes = record.entries.flatMap((entry) => entry.result?.outcome ?? []);
  if (!outcomes.includes('succeeded')) return { kind: 'complete', outcome: 'failed', reason: 'no step succeeded' };
  const failed = outcomes.includes('failed') ? '; failures on the way were allowed or retried' : '';
  return { kind: 'complete', outcome: 'succeeded', reason: `all steps ended${failed}` };
}

function describe(what: string, step: PlaybookStep, target: RemediationTarget, record: ExecutionRecord): string {
  const detail = entriesAt(record, { phase: 'remediation', step: step.step, target }).at(-1)?.result?.detail ?? '';
  return `step ${step.step} "${step.name}" ${what} on ${target.instance}: ${detail}`;
}
