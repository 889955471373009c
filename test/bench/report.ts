/** One table of figures, with a line of text that says what it is. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly notes?: readonly string[];
}

/** The value that `share` of all values do not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Three significant digits are what a benchmark can promise at most. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

export function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(value < 10 ? 2 : 0)} ms` : '-';
}

export function ratio(value: number, baseline: number): string {
  return `${(value / baseline).toFixed(2)} ×`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Plain text, columns aligned; the first to the left, the others to the right. */
export function renderTable({ title, columns, rows, notes = [] }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => [...(row[index] ?? '')].length)));
  const lines = cells.map((row) =>
    row
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - [...cell].length);
        return index === 0 ? `${cell}${padding}` : `${padding}${cell}`;
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [
    '',
    title,
    '',
    `  ${head}`,
    `  ${rule}`,
    ...body.map((line) => `  ${line}`),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `  ${note}`)] : []),
  ].join('\n');
}
