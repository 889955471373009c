import type { CheckDefinition, CheckOutcome } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { WatchedCheck } from './watched-check.ts';

const definition: CheckDefinition = {
  name: 'web',
  type: 'http_endpoint',
  tier: 'shallow',
  target: { service: 'shop', instance: 'shop-1' },
  intervalMs: 5_000,
  timeoutMs: 100,
  retries: 3,
  params: {},
};
const start = Date.parse('2026-01-05T00:00:00.000Z');

function outcome(second: number, changes: Partial<CheckOutcome> = {}): CheckOutcome {
  return {
    check: 'web',
    type: 'http_endpoint',
    tier: 'shallow',
    target: definition.target,
    result: 'pass',
    attempts: 1,
    durationMs: second,
    detail: `second ${second}`,
    evidence: {},
    observedAt: new Date(start + second * 1_000).toISOString(),
    ...changes,
  };
}

function checkWith(...outcomes: readonly CheckOutcome[]): WatchedCheck {
  const check = new WatchedCheck(definition);
  for (const one of outcomes) check.take(one);
  return check;
}

test.each([
  ['nothing was heard', [], 'unknown'],
  ['the last result passed', [outcome(1, { result: 'fail' }), outcome(2)], 'passing'],
  ['the last result failed', [outcome(1), outcome(2, { result: 'fail' })], 'failing'],
  ['the target did not answer in time', [outcome(1), outcome(2, { result: 'timeout' })], 'failing'],
  ['the check could not be made', [outcome(1), outcome(2, { result: 'error' })], 'unknown'],
] as const)('when %s, the check is %s', (_when, outcomes, state) => {
  expect(checkWith(...outcomes).state(undefined, start + 5_000)).toBe(state);
});

test('a check without a result for too long is late and unknown, unless it is suppressed', () => {
  const check = checkWith(outcome(0));
  const longest = 3 * 5_000 + 4 * 100;
  expect(check.view(undefined, start + longest)).toMatchObject({ state: 'passing', late: false });
  expect(check.view(undefined, start + longest + 1)).toMatchObject({ state: 'unknown', late: true });
  expect(check.view('a window', start + longest + 1)).toMatchObject({
    state: 'paused',
    late: false,
    pausedBy: 'a window',
  });
});

test('the last result is the newest, whatever arrives behind it', () => {
  const check = checkWith(outcome(3, { result: 'fail', detail: 'refused', attempts: 4 }), outcome(1), outcome(2));
  expect(check.view(undefined, start + 4_000)).toMatchObject({
    last: { result: 'fail', detail: 'refused', attempts: 4, durationMs: 3 },
    streak: { count: 1, since: outcome(3).observedAt },
    p50Ms: 2,
    p95Ms: 3,
    history: [{ durationMs: 1 }, { durationMs: 2 }, { at: outcome(3).observedAt, durationMs: 3, result: 'fail' }],
  });
});

test('results of another type or target of the same name are those of an earlier configuration', () => {
  const check = checkWith(
    outcome(1, { type: 'tcp_port' }),
    outcome(2, { target: { service: 'shop', instance: 'shop-2' } }),
    outcome(3, { target: { service: 'db', instance: 'shop-1' } }),
  );
  expect(check.view(undefined, start)).not.toHaveProperty('last');
});

test('what is kept is bounded: 60 results, and the beginning of a detail', () => {
  const check = checkWith(
    ...Array.from({ length: 100 }, (_, second) => outcome(second, { detail: 'x'.repeat(4_000) })),
  );
  const view = check.view(undefined, start + 100_000);
  expect(view.history).toHaveLength(60);
  expect(view.history.at(-1)?.durationMs).toBe(99);
  expect(view.streak?.count).toBe(100);
  expect(view.last?.detail).toHaveLength(500);
});

test.each([
  ['web', 'web'],
  ['web:shop-1', 'web'],
  ['shop/http_endpoint', 'http_endpoint'],
  ['shop/http_endpoint:shop-1', 'http_endpoint'],
  ['shop:web', 'shop:web'],
  ['other/web:shop-10', 'other/web:shop-10'],
  ['shop/', 'shop/'],
])('%s is called %s below its service and instance', (name, label) => {
  expect(new WatchedCheck({ ...definition, name }).view(undefined, start)).toMatchObject({ name, label });
});
