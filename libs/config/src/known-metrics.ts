import { nearestName } from '@cortex/conditions';
import { hostMetrics, logMetrics, traceMetrics } from '@cortex/contracts';
import { valueAt } from './describe-issue.ts';
import { isRecord } from './is-record.ts';

/** The metrics that are known before anything is sent; what arrives by OTLP or remote write is known only then. */
export interface KnownMetrics {
  readonly names: ReadonlySet<string>;
  /** Whether the collector tells the metrics of its machine. */
  readonly hasHost: boolean;
}

/** Made by the detector itself, of what stays away. */
const missingMetric = 'samples_per_minute';
const ofMachine: ReadonlySet<string> = new Set(Object.values(hostMetrics));

/** Read leniently: a query with a mistake elsewhere still names its metric. */
export function knownMetrics(root: Readonly<Record<string, unknown>>): KnownMetrics {
  const hasHost = isRecord(valueAt(root, ['collector', 'host']));
  return {
    hasHost,
    names: new Set([
      ...(hasHost ? ofMachine : []),
      ...queryNames(root),
      ...Object.values(logMetrics),
      ...Object.values(traceMetrics),
      missingMetric,
    ]),
  };
}

function queryNames(root: Readonly<Record<string, unknown>>): readonly string[] {
  const servers = listOf(valueAt(root, ['collector', 'prometheus']));
  return servers
    .flatMap((server) => listOf(valueAt(server, ['queries'])))
    .map((query) => valueAt(query, ['metric']))
    .filter((metric) => typeof metric === 'string');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Why a metric may never be seen, and what to do; undefined for one that is known. */
export function doubtAbout(
  metric: string,
  { names, hasHost }: KnownMetrics,
): { readonly message: string; readonly fix: string } | undefined {
  if (names.has(metric)) return undefined;
  if (ofMachine.has(metric) && !hasHost) {
    return {
      message: `"${metric}" is told of the collector's machine, and collector.host is not configured`,
      fix: 'add collector: { host: {} }, unless something else sends it',
    };
  }
  const message = `nothing that is configured here sends a metric "${metric}"`;
  const series = metric.replaceAll(/[^A-Za-z0-9_:]/g, '_');
  if (series !== metric) return { message, fix: `write ${series}: dots of a name become underscores on arrival` };
  const nearest = nearestName(metric, hasHost ? names : [...names, ...ofMachine]);
  if (nearest !== undefined) return { message, fix: `did you mean ${nearest}? Otherwise see that it is sent` };
  if (/_(?:total|count|sum|bucket)$/.test(metric)) {
    const fix = `a counter arrives as ${metric}_per_second; a gauge of that name belongs into collector.remote_write.gauges`;
    return { message, fix };
  }
  return { message, fix: 'see that it is sent, by OTLP or remote write, or ask for it below collector.prometheus' };
}
