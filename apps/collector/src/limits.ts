/** Per series, for every sender. Limits of names and values are the contract's. */
export const maxLabels = 64;
export const maxLabelName = 128;
export const maxLabelValue = 1_024;
export const maxMetricName = 256;

/** Samples whose time is further ahead of our clock than this are rejected. */
export const maxAheadMs = 5 * 60_000;

/**
 * Turns the name of a metric into one that conditions can use: OpenTelemetry's dots become underscores, as in
 * Prometheus.
 */
export function metricName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_:]/g, '_');
}
