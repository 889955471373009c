import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { eventually } from '@cortex/testing';
import { HostMetrics } from './host-metrics.ts';

test('this machine is measured; a disk that is not there is reported and left out', async () => {
  const problems: string[] = [];
  const settings = {
    service: 'host',
    instance: 'host-1',
    intervalMs: 1_000,
    disks: [{ path: tmpdir(), service: 'files', instance: 'files-1' }, { path: '/no/such/place' }],
  };
  const host = new HostMetrics(settings, (what) => problems.push(what));
  const samples = await eventually(async () => {
    const read = await host.read(5);
    return read.some(({ metric }) => metric === 'cpu_usage_percent') && read;
  });
  const valueOf = (metric: string): number => samples.find((sample) => sample.metric === metric)?.value ?? Number.NaN;
  expect(samples.map(({ metric }) => metric).toSorted()).toEqual([
    'cpu_usage_percent',
    'disk_free_bytes',
    'disk_usage_percent',
    'load_1m',
    'memory_available_bytes',
    'memory_usage_percent',
  ]);
  for (const metric of ['cpu_usage_percent', 'disk_usage_percent', 'memory_usage_percent']) {
    expect(valueOf(metric)).toBeGreaterThanOrEqual(0);
    expect(valueOf(metric)).toBeLessThanOrEqual(100);
  }
  expect(valueOf('memory_available_bytes')).toBeGreaterThan(1e6);
  expect(samples.find(({ metric }) => metric === 'disk_free_bytes')).toMatchObject({
    service: 'files',
    instance: 'files-1',
    labels: { mount: tmpdir() },
    timeMs: 5,
  });
  expect(new Set(problems)).toEqual(new Set(['disk /no/such/place']));
});

test('docs/telemetry.md lists each metric with its unit and labels, and no other', async () => {
  const page = readFileSync(new URL('../../../../docs/telemetry.md', import.meta.url), 'utf8');
  const section = /^## The machine$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (?:none|`(\w+)`) +\|/gm)];
  const settings = { service: 'host', instance: 'host-1', intervalMs: 1_000, disks: [{ path: '/' }] };
  const host = new HostMetrics(settings, () => undefined);
  const samples = await eventually(async () => {
    const read = await host.read(5);
    return read.some(({ metric }) => metric === 'cpu_usage_percent') && read;
  });
  expect(rows.map(([, metric, unit, label]) => `${metric} ${unit} ${label ?? ''}`).toSorted()).toEqual(
    samples.map(({ metric, unit, labels }) => `${metric} ${unit} ${Object.keys(labels).join()}`).toSorted(),
  );
});
