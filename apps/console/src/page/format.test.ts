import { expect, test } from 'vitest';
import { eventIdIn } from './event-stream.ts';
import { duration, relative } from './format.ts';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_500, '1.5 s'],
  [65_000, '65 s'],
  [120_000, '2 min'],
  [3_900_000, '1 h 05 min'],
  [200_000_000, '2 d'],
  [-5, '0 ms'],
])('%i ms reads %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('moments read as people say them, past and future', () => {
  const now = Date.parse('2026-01-05T00:00:00.000Z');
  const at = (seconds: number): string => new Date(now + seconds * 1_000).toISOString();
  expect([-1, -5, -90, 300].map((seconds) => relative(at(seconds), now))).toEqual([
    'just now',
    '5 s ago',
    '90 s ago',
    'in 5 min',
  ]);
});

test('a server-sent message gives id and event; a comment gives nothing', () => {
  expect(eventIdIn('id: t/1\nevent: incident.opened\ndata: {"type":"incident.opened"}')).toBe('t/1');
  expect(eventIdIn(': still here')).toBeUndefined();
  expect(eventIdIn('retry: 1000\n: connected')).toBeUndefined();
});
