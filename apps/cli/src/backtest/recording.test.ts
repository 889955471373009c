import { expect, test } from 'vitest';
import { parseRecording } from './recording.ts';

test('one metric, with times in any of the usual forms', () => {
  const text = 'timestamp,value\r\n2026-01-05 00:00:00,1\r\n2026-01-05T00:05:00Z,2.5\n1767571800,\n';
  const { columns, timesMs, values } = parseRecording(text, 'a.csv');
  expect(columns).toEqual(['value']);
  expect([...timesMs].map((timeMs) => new Date(timeMs).toISOString())).toEqual([
    '2026-01-05T00:00:00.000Z',
    '2026-01-05T00:05:00.000Z',
    '2026-01-05T00:10:00.000Z',
  ]);
  expect([...values]).toEqual([1, 2.5, Number.NaN]);
});

test('an entity with several metrics, row by row', () => {
  const { columns, values } = parseRecording(
    'timestamp,cpu,memory\n2026-01-05 00:00:00,1,2\n2026-01-05 00:01:00,3,4\n',
    'a.csv',
  );
  expect(columns).toEqual(['cpu', 'memory']);
  expect([...values]).toEqual([1, 2, 3, 4]);
});

test.each([
  ['time,value\n', /a\.csv:1: the first line is no header/],
  ['timestamp,value\n2026-01-05 00:00:00,1,2\n', /a\.csv:2: 3 fields where the header has 2/],
  ['timestamp,value\n2026-01-05 00:00:00,1\nyesterday,2\n', /a\.csv:3: "yesterday" is no time/],
  ['timestamp,value\n2026-01-05 00:00:00,much\n', /a\.csv:2: "much" of column value is no number/],
  ['timestamp,value\n', /there is no row/],
])('what cannot be read is named with its place: %j', (text, message) => {
  expect(() => parseRecording(text, 'a.csv')).toThrow(message);
});
