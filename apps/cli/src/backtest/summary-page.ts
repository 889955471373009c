import type { JudgedRecording, JudgedRow } from './judge-recording.ts';

const width = 960;
const height = 200;
/** One column of the picture represents as many rows as needed. */
const columnsShown = 480;

interface Shown {
  readonly file: string;
  readonly rows: number;
  readonly judged: JudgedRecording;
}

/** A self-contained page: each recording with its values, its normal range, and the alerts. */
export function summaryPage(files: readonly Shown[]): string {
  const alerts = files.reduce((sum, { judged }) => sum + judged.alerts.length, 0);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cortex backtest</title>
<style>
  :root { color-scheme: light dark; --line: #1d5fb8; --band: #1d5fb822; --alert: #b3261e; --open: #b3261e22; --rule: #8884; }
  @media (prefers-color-scheme: dark) { :root { --line: #7fb2f5; --band: #7fb2f522; --alert: #ff8a80; --open: #ff8a8033; } }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
  svg { width: 100%; height: auto; border: 1px solid var(--rule); border-radius: 6px; }
  h2 { font-size: 1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
  table { border-collapse: collapse; font-size: .9rem; } td { padding: .15rem .8rem .15rem 0; vertical-align: top; }
  .value { fill: none; stroke: var(--line); stroke-width: 1; } .band { fill: var(--band); } .open { fill: var(--open); }
  .alert { stroke: var(--alert); stroke-width: 1.5; } figcaption, small { opacity: .75; }
</style>
<h1>Cortex backtest</h1>
<p>${files.length} recordings, ${rows} rows, ${alertCount(alerts)}. Blue: the values (for several metrics: the score). Shade: what was
thought normal at the time. Red: an alert opens; red shade: it lasts.</p>
${files.map(section).join('\n')}
</html>
`;
}

function section({ file, rows, judged }: Shown): string {
  const list = judged.alerts
    .slice(0, 50)
    .map(({ at, severity, explanation }) => `<tr><td>${escape(at)}<td>${severity}<td>${escape(explanation)}`)
    .join('\n');
  const more = judged.alerts.length > 50 ? `<p><small>and ${judged.alerts.length - 50} more</small></p>` : '';
  return `<section>
<h2>${escape(file)}</h2>
<figure style="margin:0">${picture(judged)}<figcaption>${rows} rows, ${alertCount(judged.alerts.length)}${judged.refused > 0 ? `, ${judged.refused} rows refused` : ''}</figcaption></figure>
<table>${list}</table>${more}
</section>`;
}

interface Column {
  low: number;
  high: number;
  lower: number;
  upper: number;
  isOpen: boolean;
}

function picture({ rows, alerts }: JudgedRecording): string {
  const columns = columnsOf(rows);
  const seen = columns.filter(({ low }) => Number.isFinite(low));
  const least = Math.min(...seen.map(({ low }) => low));
  const most = Math.max(...seen.map(({ high }) => high));
  const x = (column: number): number => Math.round((column / Math.max(1, columns.length - 1)) * width * 10) / 10;
  const y = (value: number): number => {
    const share = (value - least) / (most - least || 1);
    return Math.round((height - 10 - Math.min(1.2, Math.max(-0.2, share)) * (height - 20)) * 10) / 10;
  };
  const points = columns
    .map((column, at) => ({ ...column, at }))
    .filter(({ low }) => Number.isFinite(low))
    .flatMap(({ low, high, at }) => [`${x(at)},${y(high)}`, `${x(at)},${y(low)}`]);
  const known = columns.map((column, at) => ({ ...column, at })).filter(({ lower }) => Number.isFinite(lower));
  const band = [
    ...known.map(({ upper, at }) => `${x(at)},${y(upper)}`),
    ...known.toReversed().map(({ lower, at }) => `${x(at)},${y(lower)}`),
  ];
  const open = columns
    .map((column, at) => (column.isOpen ? `<rect class="open" x="${x(at)}" y="0" width="2" height="${height}"/>` : ''))
    .join('');
  const marks = alerts
    .map(({ row }) => Math.floor((row * columns.length) / rows.length))
    .map((column) => `<line class="alert" x1="${x(column)}" x2="${x(column)}" y1="0" y2="${height}"/>`)
    .join('');
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="values, normal range and ${alertCount(alerts.length)}">${open}<polygon class="band" points="${band.join(' ')}"/><polyline class="value" points="${points.join(' ')}"/>${marks}</svg>`;
}

function columnsOf(rows: readonly JudgedRow[]): readonly Column[] {
  const count = Math.min(columnsShown, rows.length);
  const columns = Array.from({ length: count }, (): Column => ({
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
    lower: Number.NaN,
    upper: Number.NaN,
    isOpen: false,
  }));
  for (const [index, { value, score, isAnomalous, lower, upper }] of rows.entries()) {
    const column = columns[Math.floor((index * count) / rows.length)];
    if (column === undefined) continue;
    const shown = value ?? score;
    if (!Number.isNaN(shown)) {
      column.low = Math.min(column.low, shown);
      column.high = Math.max(column.high, shown);
    }
    if (lower !== undefined && upper !== undefined) [column.lower, column.upper] = [lower, upper];
    if (isAnomalous) column.isOpen = true;
  }
  return columns;
}

function alertCount(count: number): string {
  return `${count} alert${count === 1 ? '' : 's'}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
