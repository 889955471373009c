import { describe, expect, it } from 'vitest';
import type { ExecutionRecord } from '@cortex/contracts';
import { ExecutionRecord as ExecutionRecordSchema } from '@cortex/contracts';
import { executionDeadline } from './deadline.ts';
import { JournalOrderError } from './errors.ts';
import { maxCrashRepeats, nextMove } from './next-move.ts';
import { completeExecution, newRecord, recordIntent, recordRepeat, recordResult, withdrawIntent } from './record.ts';
import type { AttemptResult } from './record.ts';
import { effectsSoFar, finalResults, hasBegun } from './results.ts';
import { exampleRemediation } from './test-data/remediation.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 10, 0, second));

function begin(record: ExecutionRecord, token = 7): ExecutionRecord {
  const move = nextMove(record);
  if (move.kind !== 'intent') throw new Error(`expected an intent, got ${move.kind}`);
  const place = { phase: 'remediation', step: move.step.step, target: move.target, attempt: move.attempt } as const;
  return recordIntent(record, place, { token, before: {}, at: at(1) });
}

function end(record: ExecutionRecord, result: Omit<AttemptResult, 'at' | 'detail'>): ExecutionRecord {
  const move = nextMove(record);
  if (move.kind !== 'resolve_ambiguous') throw new Error(`expected an open intent, got ${move.kind}`);
  const place = { phase: 'remediation', step: move.step.step, target: move.target } as const;
  return recordResult(record, place, move.step, { detail: 'seen', at: at(2), ...result });
}

describe('an execution', () => {
  it('does all steps on one target, then on the next, and succeeds', () => {
    let record = newRecord(exampleRemediation({ steps: [{}, {}], instances: ['a', 'b'] }), at(0));
    const order: string[] = [];
    for (let move = nextMove(record); move.kind === 'intent'; move = nextMove(record)) {
      order.push(`${move.target.instance}${move.step.step}`);
      record = end(begin(record), { outcome: 'succeeded' });
    }
    expect(order).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(nextMove(record)).toMatchObject({ kind: 'complete', outcome: 'succeeded' });
    expect(finalResults(record, 'remediation')).toHaveLength(4);
    expect(ExecutionRecordSchema.parse(record)).toEqual(record);
  });

  it('stops at a failed step, so that the second target is never touched', () => {
    const record = newRecord(exampleRemediation({ steps: [{}, {}], instances: ['a', 'b'] }), at(0));
    const failed = end(begin(record), { outcome: 'failed' });
    expect(nextMove(failed)).toMatchObject({ kind: 'complete', outcome: 'failed' });
  });

  it('continues after a failed step that may fail', () => {
    const record = newRecord(exampleRemediation({ steps: [{ continueOnFailure: true }, {}] }), at(0));
    const failed = end(begin(record), { outcome: 'failed' });
    expect(nextMove(failed)).toMatchObject({ kind: 'intent', step: { step: 2 } });
    expect(nextMove(end(begin(failed), { outcome: 'succeeded' }))).toMatchObject({ outcome: 'succeeded' });
    expect(nextMove(end(begin(failed), { outcome: 'failed' }))).toMatchObject({ outcome: 'failed' });
  });

  it('retries a retryable failure as often as the step says, and no other failure', () => {
    const start = newRecord(exampleRemediation({ steps: [{ retries: 1 }] }), at(0));
    const once = end(begin(start), { outcome: 'failed', retryable: true });
    expect(nextMove(once)).toMatchObject({ kind: 'intent', attempt: 2 });
    expect(nextMove(end(begin(once), { outcome: 'failed', retryable: true }))).toMatchObject({ kind: 'complete' });
    expect(nextMove(end(begin(start), { outcome: 'failed' }))).toMatchObject({ kind: 'complete' });
  });

  it('counts the attempts in the result', () => {
    const start = newRecord(exampleRemediation({ steps: [{ retries: 1 }] }), at(0));
    const once = end(begin(start), { outcome: 'failed', retryable: true });
    const twice = end(begin(once), { outcome: 'succeeded' });
    expect(finalResults(twice, 'remediation')).toMatchObject([
      { outcome: 'succeeded', attempts: 2, durationMs: 1_000 },
    ]);
  });

  it('asks about an intent that a crash left open, and ends as ambiguous when it cannot be settled', () => {
    const open = begin(newRecord(exampleRemediation(), at(0)));
    expect(nextMove(open)).toMatchObject({ kind: 'resolve_ambiguous', entry: { status: 'intent' } });
    expect(nextMove(end(open, { outcome: 'ambiguous' }))).toMatchObject({ kind: 'complete', outcome: 'ambiguous' });
  });

  it('gives up a step that crashes keep interrupting', () => {
    let record = newRecord(exampleRemediation(), at(0));
    for (let crash = 0; crash <= maxCrashRepeats; crash += 1) {
      expect(nextMove(record)).toMatchObject({ kind: 'intent', attempt: crash + 1 });
      record = begin(record);
      record = recordRepeat(record, { phase: 'remediation', step: 1, target: { service: 'shop', instance: 'shop-1' } });
    }
    expect(nextMove(record)).toMatchObject({ kind: 'complete', outcome: 'ambiguous' });
  });

  it('tells what has had an effect from what may have, and from what a probe proved to have none', () => {
    const place = { phase: 'remediation', step: 1, target: { service: 'shop', instance: 'shop-1' } } as const;
    const start = newRecord(exampleRemediation({ steps: [{ retries: 1 }] }), at(0));
    const open = begin(start);
    const known = (record: ExecutionRecord) => [effectsSoFar(record), hasBegun(record)];
    expect(known(start)).toEqual(['none', false]);
    expect(known(open)).toEqual(['unknown', true]);
    expect(known(recordRepeat(open, place, true))).toEqual(['none', false]);
    expect(known(recordRepeat(open, place))).toEqual(['unknown', true]);
    expect(known(end(open, { outcome: 'failed', retryable: true }))).toEqual(['none', true]);
    expect(known(end(open, { outcome: 'failed', partial: true }))).toEqual(['some', true]);
    expect(known(end(open, { outcome: 'ambiguous' }))).toEqual(['unknown', true]);
    expect(known(end(open, { outcome: 'succeeded' }))).toEqual(['some', true]);
    expect(known(end(begin(recordRepeat(open, place)), { outcome: 'succeeded' }))).toEqual(['some', true]);
  });

  it('waits for an execution as long as its plan is valid and its steps may take, and a minute', () => {
    const remediation = exampleRemediation({ steps: [{ retries: 1, timeoutMs: 5_000 }] });
    const validMs = Date.parse(remediation.expiresAt) - Date.parse(remediation.requestedAt);
    const waitsMs = executionDeadline(remediation).getTime() - Date.parse(remediation.requestedAt);
    expect(waitsMs).toBe(validMs + 10_000 * remediation.targets.length + 60_000);
  });

  it('withdraws an intent whose effect was never begun', () => {
    const start = newRecord(exampleRemediation(), at(0));
    const place = { phase: 'remediation', step: 1, target: { service: 'shop', instance: 'shop-1' } } as const;
    expect(nextMove(withdrawIntent(begin(start), place))).toMatchObject({ kind: 'intent', attempt: 1 });
  });

  it('has one terminal state', () => {
    const record = newRecord(exampleRemediation(), at(0));
    const done = completeExecution(record, { outcome: 'refused', reason: 'no', refusedBy: 'budget' }, at(3));
    expect(nextMove(done)).toEqual({ kind: 'ended' });
    expect(() => completeExecution(done, { outcome: 'failed', reason: '' }, at(4))).toThrow(JournalOrderError);
  });

  it('refuses two open intents, an open intent at the end, and a token that goes back', () => {
    const open = begin(newRecord(exampleRemediation({ steps: [{}, {}] }), at(0)), 9);
    const target = { service: 'shop', instance: 'shop-1' };
    const place = { phase: 'remediation', step: 2, target, attempt: 1 } as const;
    const fields = { before: {}, at: at(2) };
    expect(() => recordIntent(open, place, { ...fields, token: 9 })).toThrow(JournalOrderError);
    expect(() => completeExecution(open, { outcome: 'failed', reason: '' }, at(2))).toThrow(JournalOrderError);
    const closed = end(open, { outcome: 'succeeded' });
    expect(() => recordIntent(closed, place, { ...fields, token: 8 })).toThrow(/token 8 is older/);
  });
});
