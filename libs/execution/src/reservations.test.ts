import { expect, test } from 'vitest';
import { countingReservations, withReservation } from './reservations.ts';

const at = (second: number): string => new Date(Date.parse('2026-03-02T10:00:00.000Z') + second * 1_000).toISOString();
const place = (instance: string, until: number, executionId = 'e-1') => ({
  instance,
  executionId,
  at: at(0),
  until: at(until),
});

test('a place counts until its time is over, and no longer', () => {
  const all = [place('shop-1', 30), place('shop-2', 60)];
  const counting = (now: number) => countingReservations(all, at(now)).map(({ instance }) => instance);
  expect(counting(29)).toEqual(['shop-1', 'shop-2']);
  expect(counting(30)).toEqual(['shop-2']);
  expect(counting(60)).toEqual([]);
});

test('an execution has one place for an instance; those of other executions stay', () => {
  const all = [place('shop-1', 30), place('shop-2', 30)];
  expect(withReservation(all, place('shop-1', 90))).toEqual([place('shop-2', 30), place('shop-1', 90)]);
  expect(withReservation(all, place('shop-1', 90, 'e-2'))).toEqual([...all, place('shop-1', 90, 'e-2')]);
});
