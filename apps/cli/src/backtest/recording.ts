import { CliError } from '../core/cli-error.ts';

/** A recorded CSV: one column is one metric at one time, several are one entity with many metrics. */
export interface Recording {
  /** Names of the columns beside `timestamp`. */
  readonly columns: readonly string[];
  /** As written in the file. */
  readonly timestamps: readonly string[];
  readonly timesMs: Float64Array;
  /** Row by row; NaN where a field is empty. */
  readonly values: Float64Array;
}

/**
 * Reads `timestamp,value` or `timestamp,m1,…,mn`. Times are ISO 8601, `2026-01-05 00:00:00`, both taken for UTC where no zone
 * is said, or epoch seconds or milliseconds. Throws with the file, the line and the fix.
 */
export function parseRecording(text: string, file: string): Recording {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const header = (lines[0] ?? '').replace(/^\uFEFF/, '').split(',');
  if (header[0]?.trim().toLowerCase() !== 'timestamp' || header.length < 2) {
    throw problem(file, 1, 'the first line is no header', 'begin with timestamp,value or timestamp,m1,…,mn');
  }
  const columns = header.slice(1).map((name) => name.trim());
  const timestamps: string[] = [];
  const timesMs: number[] = [];
  const values: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === '') continue;
    const fields = line.split(',');
    if (fields.length !== header.length) {
      const seen = `${fields.length} fields where the header has ${header.length}`;
      throw problem(file, index + 1, seen, 'give every row a value, or an empty field, for each column');
    }
    const [timestamp = '', ...rest] = fields;
    const timeMs = timeOf(timestamp);
    if (Number.isNaN(timeMs)) {
      throw problem(file, index + 1, `"${timestamp}" is no time`, 'write it like 2026-01-05 00:00:00 (UTC)');
    }
    timestamps.push(timestamp);
    timesMs.push(timeMs);
    for (const [column, field] of rest.entries()) {
      const value = field.trim() === '' ? Number.NaN : Number(field);
      if (Number.isNaN(value) && field.trim() !== '' && !/^nan$/i.test(field.trim())) {
        throw problem(file, index + 1, `"${field}" of column ${columns[column] ?? ''} is no number`, 'correct it');
      }
      values.push(value);
    }
  }
  if (timestamps.length === 0) throw problem(file, 2, 'there is no row', 'record at least one');
  return { columns, timestamps, timesMs: Float64Array.from(timesMs), values: Float64Array.from(values) };
}

/** Epoch milliseconds, or NaN. */
function timeOf(text: string): number {
  const trimmed = text.trim();
  if (/^\d{9,10}(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{12,13}$/.test(trimmed)) return Number(trimmed);
  const iso = trimmed.replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
}

function problem(file: string, line: number, message: string, fix: string): CliError {
  return new CliError('CORTEX_BACKTEST_BAD_FILE', `${file}:${line}: ${message}`, fix);
}
