import { LogSignals, TraceSignals, type LogRecord, type Span } from '@cortex/signals';
import { corpusOf } from '@cortex/signals/testing';
import { ratio, round, type Table } from '../report.ts';
import { cpuMicrosPerCall } from './time.ts';

const settings = {
  silentAfterMs: 900_000,
  warmUpMs: 600_000,
  warmUpRecords: 1_000,
  templates: 500,
  templateSeries: 30,
  operations: 20,
};
const records: readonly LogRecord[] = corpusOf(20_000, 1).map(({ line }) => ({ service: 'shop', body: line }));
const calls = 200_000;

/** What a log record and a span cost, beside cutting the line into words and adding up the durations. */
export function benchSignals(): Table {
  const logs = new LogSignals(settings, 0);
  const traces = new TraceSignals(settings, 0);
  const words = cpuMicrosPerCall(calls, (index) => recordAt(index).body.split(' '));
  const perRecord = cpuMicrosPerCall(calls, (index) => logs.add(recordAt(index), 0));
  const sums = new Map<string, number>();
  const added = cpuMicrosPerCall(calls, (index) => {
    const { name, seconds = 0 } = spanAt(index);
    sums.set(name, (sums.get(name) ?? 0) + seconds);
  });
  const perSpan = cpuMicrosPerCall(calls, (index) => traces.add(spanAt(index), 0));
  const closing = cpuMicrosPerCall(1_000, (index) => {
    for (let operation = 0; operation < 30; operation += 1) traces.add(spanAt(operation), 0);
    traces.close(index + 1);
  });
  return {
    title: 'Logs and traces, one process: a record to its template, a span to its quantiles',
    columns: ['what', 'µs of processor time', 'bare, µs', 'ratio'],
    rows: [
      ['log record of 31 kinds, 9 words', round(perRecord), `${round(words)} (split)`, ratio(perRecord, words)],
      ['span of 30 operations', round(perSpan), `${round(added)} (a sum)`, ratio(perSpan, added)],
      ['a window of 30 spans of 21 operations, closed', round(closing), '', ''],
    ],
  };
}

function recordAt(index: number): LogRecord {
  return records[index % records.length] ?? { service: 'shop', body: '' };
}

function spanAt(index: number): Span {
  const name = `GET /${index % 30}`;
  return { service: 'shop', name, kind: 2, isRoot: true, isError: false, seconds: ((index * 7919) % 1_000) / 1_000 };
}
