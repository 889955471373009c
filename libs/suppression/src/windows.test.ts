import { expect, test } from 'vitest';
import { isInside, nextOpening } from './windows.ts';

const night = { name: 'night', days: [5], from: '22:00', to: '02:00', timezone: 'UTC' };

test.each([
  ['2026-03-06T22:00:00.000Z', true, 'the first minute'],
  ['2026-03-07T01:59:59.000Z', true, 'after midnight it still belongs to Friday'],
  ['2026-03-07T02:00:00.000Z', false, 'the end is not inside'],
  ['2026-03-06T01:00:00.000Z', false, 'the night before belongs to Thursday'],
  ['2026-03-07T23:00:00.000Z', false, 'Saturday'],
])('%s in a window over midnight: %s (%s)', (at, inside) => {
  expect(isInside(night, at)).toBe(inside);
});

test('a window follows its own time zone, across daylight-saving changes too', () => {
  const window = { name: 'day', days: [7], from: '08:00', to: '09:00', timezone: 'Europe/Berlin' };
  expect(isInside(window, '2026-03-22T07:30:00.000Z')).toBe(true);
  expect(isInside(window, '2026-03-29T06:30:00.000Z')).toBe(true);
  expect(isInside(window, '2026-03-29T07:30:00.000Z')).toBe(false);
});

test.each([
  ['2026-03-02T10:00:00.000Z', '2026-03-06T22:00:00.000Z', 'later in the week'],
  ['2026-03-06T21:59:59.000Z', '2026-03-06T22:00:00.000Z', 'in a second'],
  ['2026-03-06T22:00:00.000Z', '2026-03-13T22:00:00.000Z', 'it is open: the next one, a week later'],
])('from %s on the next opening is %s (%s)', (at, opening) => {
  expect(nextOpening([night], at)).toBe(opening);
});

test('of several windows the first counts, each by its own clock; of none there is no opening', () => {
  const morning = { name: 'morning', days: [1, 2], from: '08:00', to: '09:00', timezone: 'Europe/Berlin' };
  expect(nextOpening([night, morning], '2026-03-02T10:00:00.000Z')).toBe('2026-03-03T07:00:00.000Z');
  expect(nextOpening([], '2026-03-02T10:00:00.000Z')).toBeUndefined();
});
