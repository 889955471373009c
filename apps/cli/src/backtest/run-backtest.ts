import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { compileDetection, type DetectionSettings } from '@cortex/detection';
import { CliError } from '../core/cli-error.ts';
import { judgeEntity, judgeSeries, type Alert, type JudgedRecording, type JudgedRow } from './judge-recording.ts';
import { parseRecording } from './recording.ts';
import { summaryPage } from './summary-page.ts';

export interface BacktestOptions {
  /** A CSV file, or a folder whose CSV files are taken, however deep. */
  readonly input: string;
  readonly out: string;
  readonly settings: DetectionSettings | undefined;
  /** Rows of normal operation, for an entity of several metrics. */
  readonly train: string | undefined;
  readonly note: (text: string) => void;
}

export interface FileSummary {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly refused: number;
  readonly alerts: readonly Alert[];
}

export interface BacktestSummary {
  readonly page: string;
  readonly files: readonly FileSummary[];
}

/** Judges every recording, writes the same files with scores under `out`, and a page with a picture of each. */
export function runBacktest(options: BacktestOptions): BacktestSummary {
  const { input, out, train, note } = options;
  const files = recordingsIn(input);
  if (files.length === 0) {
    throw new CliError('CORTEX_BACKTEST_NO_FILES', `no .csv file in ${input}`, 'name a CSV file, or a folder of them');
  }
  const settings = options.settings ?? compileDetection([], []);
  const trained = train === undefined ? undefined : parseRecording(readFileSync(train, 'utf8'), train);
  const summaries: FileSummary[] = [];
  const judged: (FileSummary & { readonly judged: JudgedRecording })[] = [];
  for (const [index, file] of files.entries()) {
    const name = relative(statSync(input).isDirectory() ? input : dirname(input), file);
    const recording = parseRecording(readFileSync(file, 'utf8'), file);
    const { columns } = recording;
    if (trained !== undefined && trained.columns.join() !== columns.join()) {
      throw new CliError(
        'CORTEX_BACKTEST_TRAIN_DIFFERS',
        `${train ?? ''} has other columns than ${name}`,
        'train on the same metrics in the same order',
      );
    }
    const result =
      columns.length === 1
        ? judgeSeries(recording, metricOf(file, columns[0]), settings)
        : judgeEntity(recording, trained);
    const target = join(out, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, toCsv(result.rows, columns.length === 1));
    const { rows, alerts, refused } = result;
    const summary = { file: name, rows: rows.length, columns: columns.length, refused, alerts };
    summaries.push(summary);
    judged.push({ ...summary, judged: result });
    note(`${index + 1}/${files.length}  ${name}: ${rows.length} rows, ${alerts.length} alerts`);
  }
  const page = resolve(out, 'summary.html');
  writeFileSync(page, summaryPage(judged));
  writeFileSync(join(out, 'summary.json'), `${JSON.stringify({ files: summaries }, undefined, 2)}\n`);
  return { page, files: summaries };
}

function recordingsIn(input: string): readonly string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(input).isDirectory();
  } catch (error) {
    throw new CliError(
      'CORTEX_CLI_NOT_FOUND',
      `no file or folder ${input}: ${String(error)}`,
      'correct --input',
      'notFound',
    );
  }
  if (!isFolder) return [input];
  return readdirSync(input, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv'))
    .map((name) => join(input, name))
    .toSorted();
}

/** Rules of the configuration apply by this name: the column's, or for a mere `value` the file's. */
function metricOf(file: string, column: string | undefined): string {
  return column === undefined || column === 'value' ? basename(file, '.csv') : column;
}

function toCsv(rows: readonly JudgedRow[], hasValue: boolean): string {
  const lines = rows.map(({ timestamp, value, score, isAnomalous }) => {
    const shown = value === undefined || Number.isNaN(value) ? '' : String(value);
    return [timestamp, ...(hasValue ? [shown] : []), score.toFixed(6), isAnomalous ? '1' : '0'].join(',');
  });
  return `timestamp,${hasValue ? 'value,' : ''}anomaly_score,label\n${lines.join('\n')}\n`;
}
