import type { CheckOutcome } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

function outcome(second: number, changes: Partial<CheckOutcome> = {}): CheckOutcome {
  return {
    check: 'web',
    type: 'http_endpoint',
    tier: 'shallow',
    target: { service: 'shop', instance: 'shop-1' },
    result: 'pass',
    attempts: 1,
    durationMs: 10 * second,
    detail: '200',
    evidence: {},
    observedAt: new Date(Date.parse('2026-01-05T12:00:00.000Z') + second * 1_000).toISOString(),
    ...changes,
  };
}

const plain = { columns: 80, hasColour: false, nameWidth: 0 };

test('each run is a line with those before it; the end is a summary', () => {
  const tally = new Tally('web');
  tally.take(outcome(1));
  expect(tally.line(outcome(1), plain)).toBe('12:00:01  pass       10ms  █                     200');
  const failed = outcome(2, { result: 'fail', detail: `refused ${'x'.repeat(100)}` });
  tally.take(failed);
  expect(tally.line(failed, plain)).toBe(
    '12:00:02  FAIL       20ms  █✗                    refused xxxxxxxxxxxxxxxxxxxxxx…',
  );
  expect(tally.line(failed, plain)).toHaveLength(80);
  expect(tally.line(failed, { ...plain, nameWidth: 6 })).toContain('  web     █✗');
  expect(tally.line(outcome(3, { result: 'timeout' }), plain)).toContain('  TIMEOUT  ');
  expect(tally.line(outcome(3, { result: 'error' }), plain)).toContain('  ERROR    ');
  expect(tally.summaryLine()).toBe('web: 2 runs, 1 failed, p50 10ms, p95 20ms');
});

test('a check that never ended has no times', () => {
  expect(new Tally('web').summaryLine()).toBe('web: 0 runs, 0 failed');
  expect(new Tally('web').summary()).toEqual({ check: 'web', runs: 0, failed: 0 });
});

test('runs are counted for ever, times are of the last thousand', () => {
  const tally = new Tally('web');
  for (let second = 1; second <= 1_500; second += 1) tally.take(outcome(second));
  expect(tally.summary()).toEqual({ check: 'web', runs: 1_500, failed: 0, p50Ms: 10_000, p95Ms: 14_500 });
  expect(tally.summaryLine()).toBe('web: 1500 runs, 0 failed, p50 10s, p95 15s of the last 1000');
});
