import { describe, expect, it } from 'vitest';
import type { ExecutionRecord } from '@cortex/contracts';
import { completeExecution, completeRollback, newRecord, recordIntent, recordResult } from './record.ts';
import type { AttemptResult } from './record.ts';
import { nextRollbackMove, rollbackPlan } from './rollback.ts';
import type { RollbackItem } from './rollback.ts';
import { exampleRemediation } from './test-data/remediation.ts';
import type { RemediationOptions } from './test-data/remediation.ts';

const at = new Date('2026-01-05T10:00:00.000Z');
const names = (plan: readonly RollbackItem[]) =>
  plan.map(({ kind, step, target }) => `${kind} ${step.name} ${target.instance}`);

/** An execution whose steps ended as given, in order, then completed. */
function executed(options: RemediationOptions, outcomes: readonly Partial<AttemptResult>[]): ExecutionRecord {
  const remediation = exampleRemediation(options);
  let record = newRecord(remediation, at);
  const places = remediation.targets.flatMap((target) => remediation.playbook.steps.map((step) => ({ step, target })));
  for (const [index, result] of outcomes.entries()) {
    const place = places[index];
    if (place === undefined) throw new Error('more outcomes than places');
    record = attempt(record, 'remediation', place, { outcome: 'succeeded', ...result }, { seen: index });
  }
  return completeExecution(record, { outcome: 'failed', reason: 'because' }, at);
}

function attempt(
  record: ExecutionRecord,
  phase: 'remediation' | 'rollback',
  { step, target }: Pick<RollbackItem, 'step' | 'target'>,
  result: Pick<AttemptResult, 'outcome'> & Partial<AttemptResult>,
  before = {},
): ExecutionRecord {
  const place = { phase, step: step.step, target };
  const open = recordIntent(record, { ...place, attempt: 1 }, { token: 1, before, at });
  return recordResult(open, place, step, { detail: '', at, ...result });
}

describe('a rollback', () => {
  it('undoes in reverse the steps that succeeded, are ambiguous or failed half-way, and no others', () => {
    const record = executed({ steps: [{}, {}, { continueOnFailure: true }, {}, {}] }, [
      {},
      { outcome: 'failed' },
      { outcome: 'failed', partial: true },
      { outcome: 'ambiguous' },
    ]);
    expect(names(rollbackPlan(record))).toEqual(['undo Step 4 shop-1', 'undo Step 3 shop-1', 'undo Step 1 shop-1']);
    expect(rollbackPlan(record).at(-1)).toMatchObject({ before: { seen: 0 } });
  });

  it('runs the playbook’s own rollback steps on the targets that were touched, last first', () => {
    const step = { step: 1, name: 'Own', action: 'no_op', params: {}, timeoutMs: 1 };
    const record = executed({ instances: ['a', 'b', 'c'], rollback: { available: true, steps: [step] } }, [{}, {}]);
    expect(names(rollbackPlan(record))).toEqual(['step Own b', 'step Own a']);
  });

  it('is not available when the playbook says so, and says why', () => {
    const record = executed({ rollback: { available: false, reason: 'deleted is deleted' } }, [{}]);
    const move = { kind: 'complete', outcome: 'not_available', reason: 'deleted is deleted' };
    expect(nextRollbackMove(record)).toEqual(move);
  });

  it('is not available when nothing was done', () => {
    expect(nextRollbackMove(executed({}, []))).toMatchObject({ kind: 'complete', outcome: 'not_available' });
  });

  it('happens once', () => {
    let record = executed({ steps: [{}, {}] }, [{}, {}]);
    for (let move = nextRollbackMove(record); move.kind === 'intent'; move = nextRollbackMove(record)) {
      record = attempt(record, 'rollback', move.item, { outcome: 'succeeded' });
    }
    const move = nextRollbackMove(record);
    expect(move).toMatchObject({ kind: 'complete', outcome: 'succeeded', reason: 'undid 2 of 2' });
    const done = completeRollback(record, { outcome: 'succeeded', reason: 'undid' }, at);
    expect(nextRollbackMove(done)).toEqual({ kind: 'ended' });
  });

  it('stops at the first undo that fails', () => {
    const record = executed({ steps: [{}, {}] }, [{}, {}]);
    const [item] = rollbackPlan(record);
    if (item === undefined) throw new Error('empty plan');
    const failed = attempt(record, 'rollback', item, { outcome: 'failed', retryable: true, detail: 'stuck' });
    expect(nextRollbackMove(failed)).toMatchObject({ kind: 'complete', outcome: 'failed' });
  });

  it('is not available when every step turned out to be irreversible', () => {
    const record = executed({}, [{}]);
    const [item] = rollbackPlan(record);
    if (item === undefined) throw new Error('empty plan');
    const skipped = attempt(record, 'rollback', item, { outcome: 'skipped' });
    expect(nextRollbackMove(skipped)).toMatchObject({ kind: 'complete', outcome: 'not_available' });
  });
});
