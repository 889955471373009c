import type { CheckResultKind } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckHistory, type HistoryEntry } from './check-history.ts';

function historyOf(capacity: number, entries: readonly HistoryEntry[]): CheckHistory {
  const history = new CheckHistory(capacity);
  for (const entry of entries) history.take(entry);
  return history;
}

function results(...kinds: readonly CheckResultKind[]): readonly HistoryEntry[] {
  return kinds.map((result, index) => ({ atMs: 1_000 * (index + 1), durationMs: index, result }));
}

/** A target that did not answer in time has failed like any other. */
const meaningOf = (result: CheckResultKind | undefined): unknown => (result === 'timeout' ? 'fail' : result);

const anyEntry = fc.record<HistoryEntry>({
  atMs: fc.integer({ min: 1, max: 1_000_000 }),
  durationMs: fc.nat(30_000),
  result: fc.constantFrom('pass', 'fail', 'timeout', 'error'),
});
const distinctEntries = fc.uniqueArray(anyEntry, { selector: ({ atMs }) => atMs, maxLength: 40 });

describe('the history of a check', () => {
  it('holds the newest results in order of time, in whatever order and however often they are taken', () => {
    fc.assert(
      fc.property(
        distinctEntries.chain((entries) =>
          fc.tuple(fc.constant(entries), fc.shuffledSubarray([...entries, ...entries], { minLength: 0 })),
        ),
        fc.integer({ min: 1, max: 20 }),
        ([entries, some], capacity) => {
          const history = historyOf(capacity, [...some, ...entries]);
          const newest = entries.toSorted((left, right) => left.atMs - right.atMs).slice(-capacity);
          expect(history.entries()).toEqual(newest);
          expect(history.newest()).toEqual(newest.at(-1));
        },
      ),
    );
  });

  it('says of a result whether it is the newest now', () => {
    const history = new CheckHistory(2);
    const [first, second, third] = results('pass', 'pass', 'pass');
    expect([second, first, second, third, first].map((entry) => history.take(entry as HistoryEntry))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('counts a streak beyond the results that it still holds', () => {
    const history = historyOf(2, results('fail', 'pass', 'pass', 'pass', 'pass'));
    expect(history.streak()).toEqual({ result: 'pass', count: 4, sinceMs: 2_000 });
    history.take({ atMs: 9_000, durationMs: 1, result: 'fail' });
    expect(history.streak()).toEqual({ result: 'fail', count: 1, sinceMs: 9_000 });
  });

  it('a streak is as long as all results in order say, whatever the capacity', () => {
    fc.assert(
      fc.property(distinctEntries, fc.integer({ min: 1, max: 20 }), (entries, capacity) => {
        const sorted = entries.toSorted((left, right) => left.atMs - right.atMs);
        const last = sorted.at(-1);
        const breakAt = sorted.findLastIndex(({ result }) => meaningOf(result) !== meaningOf(last?.result));
        const run = sorted.slice(breakAt + 1);
        expect(historyOf(capacity, sorted).streak()).toEqual(
          last === undefined ? undefined : { result: last.result, count: run.length, sinceMs: run[0]?.atMs },
        );
      }),
    );
  });

  it('computes percentiles of durations by nearest rank, none of an empty history', () => {
    const history = new CheckHistory(100);
    expect(history.durationPercentile(95)).toBeUndefined();
    for (let index = 1; index <= 100; index += 1)
      history.take({ atMs: index, durationMs: 101 - index, result: 'pass' });
    expect([50, 95, 100].map((percent) => history.durationPercentile(percent))).toEqual([50, 95, 100]);
  });
});
