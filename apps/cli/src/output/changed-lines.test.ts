import { expect, test } from 'vitest';
import { changedLines } from './changed-lines.ts';
import { table } from './table.ts';

interface Row {
  readonly id: string;
  readonly severity: string;
  readonly age: string;
  readonly title: string;
}

function list(...rows: readonly Row[]): string {
  return table(rows, [
    { title: 'id', value: ({ id }) => id },
    { title: 'severity', value: ({ severity }) => severity },
    { title: 'age', value: ({ age }) => age },
    { title: 'title', value: ({ title }) => title },
  ]);
}

const first: Row = { id: '0190aaaa', severity: 'SEV2', age: '9s', title: 'shop-1 is gone' };
const second: Row = { id: '0190bbbb', severity: 'SEV3', age: '2m', title: 'disk full' };
const reading = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replaceAll(/ +/g, ' '));

test('time alone, and the width that it takes, change nothing', () => {
  expect(changedLines(list(first), list({ ...first, age: '10s' }))).toEqual([]);
  expect(changedLines('kill switch  off (ann, 9s ago: over)', 'kill switch  off (ann, 10s ago: over)')).toEqual([]);
});

test('what comes is one line, whatever it does to the columns of the others', () => {
  const long = { ...second, id: '0190bbbb-and-more' };
  expect(reading(changedLines(list(first), list(first, long)))).toEqual(['0190bbbb-and-more SEV3 2m disk full']);
});

test('what changes is one line in its new form', () => {
  const worse = { ...first, severity: 'SEV1' };
  expect(reading(changedLines(list(first, second), list(worse, second)))).toEqual(['0190aaaa SEV1 9s shop-1 is gone']);
});

test('what goes is said; an empty list and a message are no things that go', () => {
  expect(reading(changedLines(list(first, second), list(second)))).toEqual(['gone: 0190aaaa SEV2 9s shop-1 is gone']);
  expect(reading(changedLines(list(first), 'no incidents'))).toEqual([
    'no incidents',
    'gone: 0190aaaa SEV2 9s shop-1 is gone',
  ]);
  expect(reading(changedLines('no incidents', list(first)))).toEqual([
    'ID SEVERITY AGE TITLE',
    '0190aaaa SEV2 9s shop-1 is gone',
  ]);
});

test('of rows with the same first cell the second says which', () => {
  const [one, two] = ['shop  shop-1  HEALTHY', 'shop  shop-2  HEALTHY'];
  expect(changedLines(`${one}\n${two}`, 'shop  shop-2  DEGRADED')).toEqual([
    'shop  shop-2  DEGRADED',
    'gone: shop  shop-1  HEALTHY',
  ]);
});
