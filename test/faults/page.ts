import { readFileSync } from 'node:fs';
import { measuredCells, type Row } from './report.ts';
import { otherRows, scenarios } from './scenarios.ts';

export const reliabilityPage = 'docs/reliability.md';

const begin = '<!-- fault matrix: written by npm run faults -- --write -->';
const end = '<!-- end of the fault matrix -->';
const headings = [
  'Fault',
  'What',
  'Injected',
  'Seeds',
  'Violations',
  'Recovery p50 / p95',
  'Held against it',
  'Measured',
];
const firstMeasured = headings.indexOf('Seeds');
const notMeasured = ['0', '', '', 'not yet'];

/** The page with its table replaced. Rows that were not run keep what was measured before. */
export function between(page: string, rows: readonly Row[]): string {
  const [before, rest] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || rest < before) throw new RangeError(`${reliabilityPage} has no place for the table`);
  const measured = measuredOn(page.slice(before, rest));
  const stamp = `${new Date().toISOString().slice(0, 10)}, ${version()}`;
  for (const row of rows) measured.set(row.scenario.id, [...measuredCells(row), stamp]);
  const lines = [
    ...scenarios.map(({ id, title, inject, invariants, known }) => {
      const [seeds = '', violations = '', recovery = '', at = ''] = measured.get(id) ?? notMeasured;
      const held = [invariants.join(', '), ...(known === undefined ? [] : [known])].join('. ');
      return tableLine([id, title, inject, seeds, violations, recovery, held, at]);
    }),
    ...otherRows.map(({ id, title, because }) => tableLine([id, title, '', '', '', '', because, ''])),
  ].sort();
  const table = [tableLine(headings), tableLine(headings.map(() => '---')), ...lines];
  return `${page.slice(0, before)}${begin}\n\n<!-- prettier-ignore -->\n${table.join('\n')}\n\n${page.slice(rest)}`;
}

/** Seeds, violations, recovery and date of each row of a table. */
function measuredOn(table: string): Map<string, readonly string[]> {
  const rows = table.split('\n').filter((line) => /^\| F\d\d /.test(line));
  return new Map(
    rows.map((line) => {
      const cells = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      const [seeds = '', violations = '', recovery = '', , at = ''] = cells.slice(firstMeasured);
      return [cells[0] ?? '', [seeds, violations, recovery, at]];
    }),
  );
}

/** No cell of ours holds a bar: a table would be torn. */
function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  return text;
}
