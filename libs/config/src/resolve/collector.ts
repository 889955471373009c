import type { CollectorSettings } from '@cortex/contracts';
import { requireInstance, requireService } from '../references.ts';
import { CollectorInput } from '../schema/collector.ts';
import { read } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { textsAt } from '../texts-at.ts';
import type { Path } from '../yaml-source.ts';

export function resolveCollector(
  scope: Scope,
  raw: unknown,
  world: Pick<World, 'declared'>,
): CollectorSettings | undefined {
  const input = read(scope, ['collector'], CollectorInput, raw);
  for (const place of [
    ['prometheus', '*', 'queries', '*', 'service'],
    ['host', 'disks', '*', 'service'],
  ]) {
    for (const { text, path } of textsAt(raw, ['collector'], place)) requireService(scope, path, text, world);
  }
  if (input === undefined) return undefined;
  const { host, labels, remote_write: remoteWrite, prometheus, signals, otlp, partitions } = input;
  const received = {
    labels,
    remoteWrite: { histogramBuckets: remoteWrite.histogram_buckets, gauges: remoteWrite.gauges },
    prometheus: prometheus.map(({ url, interval, queries }) => ({ url, intervalMs: interval, queries })),
    signals: {
      windowMs: signals.window,
      silentAfterMs: signals.silent_after,
      warmUpMs: signals.warm_up,
      warmUpRecords: signals.warm_up_records,
      templates: signals.templates,
      templateSeries: signals.template_series,
      operations: signals.operations,
    },
    otlp,
    partitions,
  };
  if (host === undefined) return received;
  const path = ['collector', 'host'];
  const disks = host.disks.map((disk, index) => {
    const place = [...path, 'disks', index];
    if (disk.service === undefined) return { path: disk.path };
    const instance = instanceOf(scope, place, disk.service, disk.instance, world);
    return { path: disk.path, service: disk.service, ...(instance === undefined ? {} : { instance }) };
  });
  // The machine itself need not be a configured service: then it is watched, and never acted on.
  const instance = world.declared.has(host.service)
    ? instanceOf(scope, path, host.service, host.instance, world)
    : (host.instance ?? 'localhost');
  if (instance === undefined) return undefined;
  return { host: { service: host.service, instance, intervalMs: host.interval, disks }, ...received };
}

/** The instance that was named, or the only one that there is. */
function instanceOf(
  scope: Scope,
  path: Path,
  service: string,
  instance: string | undefined,
  world: Pick<World, 'declared'>,
): string | undefined {
  if (!world.declared.has(service)) return undefined;
  if (instance !== undefined) {
    return requireInstance(scope, [...path, 'instance'], service, instance, world) ? instance : undefined;
  }
  const instances = [...(world.declared.get(service) ?? [])];
  if (instances.length === 1) return instances[0];
  const fix = `add instance: ... (one of ${instances.join(', ')})`;
  const message = `service "${service}" has ${instances.length} instances: which one is meant?`;
  scope.report.add(scope.source, [...path, 'instance'], 'CORTEX_CONFIG_MISSING_KEY', message, fix);
  return undefined;
}
