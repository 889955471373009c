import { printable } from '../output/table.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line of a log, as far as it can be understood. */
export interface LogLine {
  readonly service: string;
  /** ISO time; absent in lines of other programs, which belong to the one before. */
  readonly at?: string;
  readonly level?: LogLevel;
  readonly message: string;
  /** As it was written. */
  readonly raw: string;
}

/** What every line has, and what is shown in front of the rest. */
const ownFields = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'v']);
const longestValue = 300;

/** Services write JSON lines (pino); `file` names the service of lines that do not. */
export function readLogLine(raw: string, file: string): LogLine {
  const fields = fieldsOf(raw);
  if (fields === undefined) return natsLine(raw, file) ?? { service: file, message: raw, raw };
  const level = logLevels[Math.floor(Number(fields['level']) / 10) - 1];
  const time = Number(fields['time']);
  const rest = Object.entries(fields)
    .filter(([name]) => !ownFields.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return {
    service: typeof fields['name'] === 'string' ? fields['name'] : file,
    ...(Number.isFinite(time) ? { at: new Date(time).toISOString() } : {}),
    ...(level === undefined ? {} : { level }),
    message: [textOf(fields['msg'] ?? ''), ...rest].join(' '),
    raw,
  };
}

/** For people: time, level, service, message and what is said beside it. */
export function logText({ at, level, service, message }: LogLine): string {
  if (at === undefined) return `${' '.repeat(24)}  ${printable(message)}`;
  return `${at}  ${(level ?? '').padEnd(5)}  ${service.padEnd(14)}  ${printable(message)}`;
}

/** Lines of an unknown level are kept: they may be the last words of a crash. */
export function isAtLeast({ level }: LogLine, least: LogLevel): boolean {
  return level === undefined || logLevels.indexOf(level) >= logLevels.indexOf(least);
}

function fieldsOf(raw: string): Readonly<Record<string, unknown>> | undefined {
  if (!raw.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // Cut off by a crash.
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (isError(value)) return value.message;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}

function isError(value: unknown): value is { readonly message: string } {
  return (
    typeof value === 'object' && value !== null && 'stack' in value && typeof Reflect.get(value, 'message') === 'string'
  );
}

const natsLevels: Readonly<Record<string, LogLevel>> = {
  TRC: 'trace',
  DBG: 'debug',
  INF: 'info',
  WRN: 'warn',
  ERR: 'error',
  FTL: 'fatal',
};

/** `[7] 2026/03/02 10:00:00.000000 [INF] Server is ready`, in local time. */
function natsLine(raw: string, service: string): LogLine | undefined {
  const [, day, clock, mark = '', message = ''] =
    /^\[\d+\] (\d{4}\/\d\d\/\d\d) (\d\d:\d\d:\d\d\.\d+) \[([A-Z]{3})\] (.*)$/.exec(raw) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const time = new Date(`${day.replaceAll('/', '-')}T${clock.slice(0, 12)}`);
  const level = natsLevels[mark];
  return { service, at: time.toISOString(), ...(level === undefined ? {} : { level }), message, raw };
}
