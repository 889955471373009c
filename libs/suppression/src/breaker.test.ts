import type { BreakerRecord } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOpenedBy, recordOutcome, resetBreaker } from './breaker.ts';

const policy = { window: 10, failureRatio: 0.5, consecutiveFailures: 3, cooldownMs: 3_600_000 };
const at = '2026-03-02T10:00:00.000Z';

function after(outcomes: readonly boolean[]): BreakerRecord | undefined {
  return outcomes.reduce<BreakerRecord | undefined>(
    (breaker, effective, index) =>
      recordOutcome(breaker, { playbookId: 'p', service: 'shop', executionId: `e${index}`, effective, at }, policy),
    undefined,
  );
}

test.each([
  ['two failures in a row', [false, false], 'closed'],
  ['three failures in a row', [false, false, false], 'open'],
  ['three of four, never three in a row', [false, false, true, false], 'open'],
  ['two of four', [false, true, false, true], 'closed'],
  ['one of one says nothing', [false], 'closed'],
  ['old failures leave the window', [false, false, ...Array<boolean>(10).fill(true)], 'closed'],
] as const)('%s', (_name, outcomes, state) => {
  expect(after(outcomes)?.state).toBe(state);
});

test('once open it stays open, whatever succeeds', () => {
  expect(after([false, false, false, ...Array<boolean>(20).fill(true)])?.state).toBe('open');
});

test('one execution counts once', () => {
  const outcome = { playbookId: 'p', service: 'shop', executionId: 'e', effective: false, at };
  const once = recordOutcome(undefined, outcome, policy);
  expect(recordOutcome(once, outcome, policy)).toBe(once);
  expect(isOpenedBy(once, outcome)).toBe(false);
});

test('an execution that is reported again after a human has reset it does not count anew, nor does one long gone', () => {
  const open = after([false, false, false]);
  if (open === undefined) throw new Error('no breaker');
  const reset = resetBreaker({ ...open, counted: [] }, '2026-03-02T11:00:00.000Z', policy);
  if (!reset.ok) throw new Error(reset.reason);
  const again = { playbookId: 'p', service: 'shop', executionId: 'e2', effective: false, at };
  expect(recordOutcome(reset.breaker, again, policy)).toBe(reset.breaker);
  const later = after(Array<boolean>(50).fill(true));
  const first = { playbookId: 'p', service: 'shop', executionId: 'e0', effective: false, at };
  expect(recordOutcome(later, first, policy)).toBe(later);
});

test('an execution that was counted before everything that is remembered does not count anew', () => {
  const minute = (index: number): string => new Date(Date.parse(at) + index * 60_000).toISOString();
  let breaker: BreakerRecord | undefined;
  for (let index = 0; index < 1_200; index += 1) {
    breaker = recordOutcome(
      breaker,
      { playbookId: 'p', service: 'shop', executionId: `e${index}`, effective: true, at: minute(index) },
      policy,
    );
  }
  const old = { playbookId: 'p', service: 'shop', executionId: 'e0', effective: false, at: minute(0) };
  expect(recordOutcome(breaker, old, policy)).toBe(breaker);
  const late = { playbookId: 'p', service: 'shop', executionId: 'late', effective: false, at: minute(1_100) };
  expect(recordOutcome(breaker, late, policy)).not.toBe(breaker);
});

test('a breaker of an earlier version knows its executions without their times', () => {
  const earlier = { playbookId: 'p', state: 'closed' as const, outcomes: [], counted: ['e0'] };
  expect(
    recordOutcome(earlier, { playbookId: 'p', service: 'shop', executionId: 'e0', effective: false, at }, policy),
  ).toBe(earlier);
});

test('a human may close it after the cool-down, not before, and it begins anew', () => {
  const open = after([false, false, false]);
  if (open === undefined) throw new Error('no breaker');
  expect(resetBreaker(open, '2026-03-02T10:59:59.999Z', policy)).toMatchObject({
    ok: false,
    reason: 'cooling_down',
    notBefore: '2026-03-02T11:00:00.000Z',
  });
  expect(resetBreaker(open, '2026-03-02T11:00:00.000Z', policy)).toEqual({
    ok: true,
    breaker: {
      playbookId: 'p',
      service: 'shop',
      state: 'closed',
      outcomes: [],
      counted: ['e0', 'e1', 'e2'].map((id) => `${at}|${id}`),
    },
  });
  expect(resetBreaker({ ...open, state: 'closed' }, at, policy)).toMatchObject({ ok: false, reason: 'not_open' });
});

test('it is open exactly from the first moment at which a rule of spec 7.3 held', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (outcomes) => {
      const shouldBeOpen = outcomes.some((_, index) => {
        const seen = outcomes.slice(0, index + 1);
        const last = seen.slice(-10);
        const inARow = seen.length >= 3 && seen.slice(-3).every((effective) => !effective);
        return inARow || (last.length >= 4 && last.filter((effective) => !effective).length / last.length > 0.5);
      });
      expect(after(outcomes)?.state ?? 'closed').toBe(shouldBeOpen ? 'open' : 'closed');
    }),
  );
});
