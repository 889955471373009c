import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runBacktest } from './run-backtest.ts';

let folder: TemporaryFolder;
const notes: string[] = [];

beforeEach(() => {
  folder = temporaryFolder('cortex-backtest-');
  notes.length = 0;
});
afterEach(() => folder.remove());

/** Rows five minutes apart; the values wave a little, as measured ones do. */
function write(
  name: string,
  columns: readonly string[],
  count: number,
  valueAt: (row: number, column: number) => number,
): string {
  const lines = Array.from({ length: count }, (_, row) => {
    const time = new Date(Date.UTC(2026, 0, 5) + row * 300_000).toISOString().slice(0, 19).replace('T', ' ');
    return [time, ...columns.map((_name, column) => valueAt(row, column).toFixed(3))].join(',');
  });
  const path = join(folder.path, 'in', name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `timestamp,${columns.join(',')}\n${lines.join('\n')}\n`);
  return path;
}

function wavy(row: number, column = 0): number {
  return 100 + 5 * Math.sin(row * 1.7 + column) + 3 * Math.sin(row * 0.37 + 2 * column);
}

function run(options: Partial<Parameters<typeof runBacktest>[0]> = {}) {
  const out = join(folder.path, 'out');
  const summary = runBacktest({
    input: join(folder.path, 'in'),
    out,
    settings: undefined,
    train: undefined,
    note: (text) => notes.push(text),
    ...options,
  });
  const rowsOf = (name: string): string[][] =>
    readFileSync(join(out, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
  return { summary, rowsOf };
}

test('a folder comes out as it went in, with a score and a verdict a row, and a page that shows it', () => {
  write('web/latency.csv', ['value'], 1_000, (row) => (row >= 900 && row < 940 ? 400 : wavy(row)));
  write('calm.csv', ['value'], 1_000, wavy);
  const { summary, rowsOf } = run();
  expect(summary.files.map(({ file, alerts }) => [file, alerts.length])).toEqual([
    ['calm.csv', 0],
    ['web/latency.csv', 1],
  ]);
  const [header, ...rows] = rowsOf('web/latency.csv');
  expect(header).toEqual(['timestamp', 'value', 'anomaly_score', 'label']);
  expect(rows).toHaveLength(1_000);
  const worst = rows.reduce((best, row, index) => (Number(row[2]) > Number(rows[best]?.[2]) ? index : best), 0);
  expect(worst).toBe(900);
  expect(rows.findIndex((row) => row[3] === '1')).toBe(901);
  expect(summary.files[1]?.alerts[0]?.explanation).toMatch(/^latency of backtest is 400; normal is/);
  const page = readFileSync(summary.page, 'utf8');
  expect(page).toContain('web/latency.csv');
  expect(page.match(/class="alert"/g)).toHaveLength(1);
  expect(notes).toHaveLength(2);
});

test('several columns are one entity, one score a row: strange is what does not go together', () => {
  const train = write('../train.csv', ['cpu', 'memory', 'load'], 1_500, wavy);
  // Each metric by itself stays within its past range; only their combination is unusual.
  write('web-1.csv', ['cpu', 'memory', 'load'], 500, (row, column) =>
    row >= 400 && row < 440 && column === 1 ? 200 - wavy(row, 1) : wavy(row, column),
  );
  const { summary, rowsOf } = run({ train });
  const [header, ...rows] = rowsOf('web-1.csv');
  expect(header).toEqual(['timestamp', 'anomaly_score', 'label']);
  const meanOf = (from: number, to: number): number =>
    rows.slice(from, to).reduce((sum, row) => sum + Number(row[1]), 0) / (to - from);
  expect(meanOf(405, 440)).toBeGreaterThan(meanOf(100, 400) + 0.3);
  expect(summary.files[0]).toMatchObject({ columns: 3, rows: 500 });
});

test('rows that are no measurement are counted, not judged', () => {
  const path = write('gaps.csv', ['value'], 300, wavy);
  writeFileSync(
    path,
    readFileSync(path, 'utf8')
      .replace(/(00:50:00),.*/, '$1,')
      .replace(/(01:40:00),.*/, '$1,NaN'),
  );
  const { summary, rowsOf } = run();
  expect(summary.files[0]?.refused).toBe(2);
  expect(rowsOf('gaps.csv')[11]).toEqual(['2026-01-05 00:50:00', '', '0.000000', '0']);
});

test('what cannot be run is said, with the fix', () => {
  mkdirSync(join(folder.path, 'in'));
  expect(() => run()).toThrow(/no \.csv file/);
  expect(() => run({ input: join(folder.path, 'nowhere') })).toThrow(/no file or folder/);
  const train = write('../train.csv', ['cpu', 'disk'], 50, wavy);
  write('web-1.csv', ['cpu', 'memory'], 50, wavy);
  expect(() => run({ train })).toThrow(/has other columns than web-1\.csv/);
});
