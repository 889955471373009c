import { expect, test } from 'vitest';
import { Rates } from './rates.ts';

const minute = 60_000;

function feed(rates: Rates, ...readings: readonly (readonly [timeMs: number, value: number])[]) {
  return readings.map(([timeMs, value]) => rates.next('a', timeMs, value, timeMs));
}

test('each reading gives the rate since the one before', () => {
  expect(feed(new Rates(), [0, 100], [1_000, 110], [3_000, 110], [4_000, 113])).toEqual(['first', 10, 0, 3]);
});

test('after a reset the counter has counted from zero', () => {
  expect(feed(new Rates(), [0, 1_000], [2_000, 8], [3_000, 9])).toEqual(['first', 4, 1]);
});

test('a reading that is late or comes twice gives no rate and changes nothing', () => {
  expect(feed(new Rates(), [1_000, 10], [1_000, 10], [500, 5], [2_000, 20])).toEqual([
    'first',
    'not_newer',
    'not_newer',
    10,
  ]);
});

test('a series that ended, or was silent for long, starts anew', () => {
  const rates = new Rates();
  expect(feed(rates, [0, 10], [6 * minute, 20], [6 * minute + 1_000, 21])).toEqual(['first', 'first', 1]);
  rates.end('a');
  expect(feed(rates, [7 * minute, 22], [7 * minute + 1_000, 23])).toEqual(['first', 1]);
});

test('what goes down below zero is no counter: no rate', () => {
  expect(feed(new Rates(), [0, -1], [1_000, -3], [2_000, -2])).toEqual(['first', 'first', 1]);
});

test('the state is bounded: new counters are refused until old ones have been silent', () => {
  const rates = new Rates(2);
  expect(rates.next('a', 0, 1, 0)).toBe('first');
  expect(rates.next('b', 0, 1, minute)).toBe('first');
  expect(rates.next('c', 0, 1, 2 * minute)).toBe('too_many');
  expect(rates.next('a', minute, 61, 3 * minute)).toBe(1);
  expect(rates.next('c', 0, 1, 7 * minute)).toBe('first');
  expect(rates.next('b', minute, 2, 7 * minute)).toBe('too_many');
  expect(rates.size).toBe(2);
});
