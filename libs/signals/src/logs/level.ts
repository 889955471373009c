import type { LogRecord } from './log-record.ts';

export type Level = 'error' | 'warn' | 'other';

const words: ReadonlyMap<string, Level> = new Map([
  ...['alert', 'crit', 'critical', 'emerg', 'emergency', 'err', 'error', 'fatal', 'panic', 'severe'].map(
    (word) => [word, 'error'] as const,
  ),
  ...['warn', 'warning'].map((word) => [word, 'warn'] as const),
]);

const leastError = 17;
const leastWarning = 13;
/** The first word, behind a time such as 2026-01-05T10:00:00Z. */
const firstWord = /^[^A-Za-z]*(?:[TZ][^A-Za-z]+)*([A-Za-z]{3,})/;
const startLength = 64;

/** The level of a record: by its severity number, else the text of the severity, else a word at the start of the body. */
export function levelOf({ severityNumber = 0, severityText = '', body }: LogRecord): Level {
  if (severityNumber >= leastError) return 'error';
  if (severityNumber >= leastWarning) return 'warn';
  if (severityNumber > 0) return 'other';
  const word =
    severityText === '' ? firstWord.exec(body.slice(0, startLength))?.[1] : severityText.slice(0, startLength);
  return words.get(word?.trim().toLowerCase() ?? '') ?? 'other';
}
