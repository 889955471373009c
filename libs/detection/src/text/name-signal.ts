import { logMetrics, traceMetrics } from '@cortex/contracts';
import type { Series } from '../series/series.ts';

const words: ReadonlyMap<string, string> = new Map([
  [logMetrics.records, 'log records per second'],
  [logMetrics.errors, 'logged errors per second'],
  [logMetrics.errorRatio, 'share of errors among the log records'],
  [logMetrics.template, 'log records per second that say'],
  [logMetrics.newTemplates, 'number of log templates never seen before'],
  [traceMetrics.requests, 'requests per second'],
  [traceMetrics.errors, 'failed requests per second'],
  [traceMetrics.errorRatio, 'share of failed requests'],
  [traceMetrics.p50, 'median duration of requests'],
  [traceMetrics.p95, '95th percentile of the duration of requests'],
  [traceMetrics.p99, '99th percentile of the duration of requests'],
]);

const severities: Readonly<Record<string, string>> = {
  warn_or_worse: ' (warnings and errors)',
  other: ' (no warnings)',
};

/** `99th percentile of the duration of requests "GET /cart" of shop-1`; undefined where it is not about logs or traces. */
export function nameSignal({ service, instance, metric, labels }: Series['identity']): string | undefined {
  const what = words.get(metric);
  if (what === undefined) return undefined;
  const quoted = labels['template'] ?? labels['operation'];
  const about = quoted === undefined ? (severities[labels['severity'] ?? ''] ?? '') : ` "${quoted}"`;
  return `${what}${about} of ${instance ?? service}`;
}
