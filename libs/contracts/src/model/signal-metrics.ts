/** The series that are derived from logs. */
export const logMetrics = {
  records: 'log_records_per_second',
  errors: 'log_errors_per_second',
  errorRatio: 'log_error_ratio',
  template: 'log_template_records_per_second',
  newTemplates: 'log_new_templates',
} as const;

/** The series that are derived from spans. */
export const traceMetrics = {
  requests: 'trace_requests_per_second',
  errors: 'trace_errors_per_second',
  errorRatio: 'trace_error_ratio',
  p50: 'trace_duration_p50_seconds',
  p95: 'trace_duration_p95_seconds',
  p99: 'trace_duration_p99_seconds',
} as const;

const ofLogs: ReadonlySet<string> = new Set(Object.values(logMetrics));
const ofTraces: ReadonlySet<string> = new Set(Object.values(traceMetrics));

/** The signal that a series is derived from, if it is logs or spans. */
export function signalOf(metric: string): 'log' | 'trace' | undefined {
  if (ofLogs.has(metric)) return 'log';
  return ofTraces.has(metric) ? 'trace' : undefined;
}
