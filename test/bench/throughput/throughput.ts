import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { telemetryMetrics } from '@cortex/contracts';
import { startStack, type Stack } from '@cortex/local-stack';
import { temporaryFolder } from '@cortex/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BenchContext } from '../context.ts';
import { count as grouped, quantile, type Table } from '../report.ts';
import { anomalyEvent } from '../support/anomaly.ts';
import { cpuMs, residentMib } from '../support/proc.ts';
import { rawEvent } from '../support/raw-event.ts';
import { benchMetric, instanceName, serviceName, writeBenchSite } from '../support/site.ts';

const longestMs = 180_000;
const telemetryEveryMs = 1_000;
/** One batch holds this many series at most. */
const seriesPerEvent = 500;

/** Many incidents at once through all ten services, until the last is resolved; and what memory that takes. */
export async function benchThroughput({ count, appsDir }: BenchContext): Promise<readonly Table[]> {
  const folder = temporaryFolder('cortex-bench-');
  const configFile = writeBenchSite({
    dir: folder.path,
    services: count,
    verification: { check: `${benchMetric} < 50`, health_checks: { duration: '0s' } },
  });
  const stack = await startStack({
    configFile,
    dir: join(folder.path, 'cortex'),
    appsDir,
    layout: { kind: 'processes' },
  });
  const connection = await connect({ servers: stack.natsUrl });
  try {
    const idle = usageOf(stack);
    const { resolvedMs, outcomes } = await resolveAll(connection, count);
    const after = usageOf(stack);
    return [throughputTable(count, resolvedMs, outcomes), usageTable(count, idle, after)];
  } finally {
    await connection.close();
    await stack.stop();
    folder.remove();
  }
}

interface Resolution {
  /** Milliseconds from the first anomaly to the resolution of each incident. */
  readonly resolvedMs: readonly number[];
  /** Executions, verifications and escalations seen, by how they ended. */
  readonly outcomes: ReadonlyMap<string, number>;
}

async function resolveAll(connection: NatsConnection, count: number): Promise<Resolution> {
  const client = jetstream(connection, { checkAPI: false });
  const resolvedAt = new Map<string, number>();
  const outcomes = new Map<string, number>();
  connection.subscribe('cortex.incident.resolved.*', {
    callback: (_error, { subject }) => void resolvedAt.set(subject, performance.now()),
  });
  for (const subject of ['cortex.verification.completed.*', 'cortex.escalation.requested.*']) {
    connection.subscribe(subject, {
      callback: (_error, message) => {
        const { type, data } = message.json<{ type: string; data: { state?: string } }>();
        const name = `${type} ${data.state ?? ''}`.trim();
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      },
    });
  }
  await connection.flush();
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const event = anomalyEvent(index);
      return client.publish(event.subject, event.bytes, { msgID: event.id });
    }),
  );
  while (resolvedAt.size < count && performance.now() - startMs < longestMs) {
    for (const { subject, bytes, id } of telemetryOf(count)) await client.publish(subject, bytes, { msgID: id });
    const nextMs = performance.now() + telemetryEveryMs;
    while (resolvedAt.size < count && performance.now() < nextMs) await pause(10);
  }
  return { resolvedMs: [...resolvedAt.values()].map((at) => at - startMs), outcomes };
}

/** The metric of every service, back to normal now. */
function telemetryOf(count: number) {
  const now = Date.now();
  const series = Array.from({ length: count }, (_, index) => ({
    service: serviceName(index),
    instance: instanceName(index),
    metric: benchMetric,
    labels: {},
    timesMs: [now],
    values: [1],
  }));
  const events = [];
  for (let from = 0; from < count; from += seriesPerEvent) {
    events.push(rawEvent(telemetryMetrics, '0', { partition: 0, series: series.slice(from, from + seriesPerEvent) }));
  }
  return events;
}

function throughputTable(count: number, resolvedMs: readonly number[], outcomes: Resolution['outcomes']): Table {
  const seconds = Math.max(...resolvedMs) / 1_000;
  const seen = [...outcomes].map(([name, times]) => `${name}: ${times}`).join(', ');
  return {
    title: `${count} incidents at once through all ten services, each until it is resolved`,
    columns: ['resolved', 'all within', 'incidents/s', 'p50 until resolved', 'p99'],
    rows: [
      [
        `${resolvedMs.length} of ${count}`,
        `${seconds.toFixed(1)} s`,
        (resolvedMs.length / seconds).toFixed(1),
        `${(quantile(resolvedMs, 0.5) / 1_000).toFixed(1)} s`,
        `${(quantile(resolvedMs, 0.99) / 1_000).toFixed(1)} s`,
      ],
    ],
    notes: [`${seen}. Fresh telemetry of all services every ${telemetryEveryMs / 1_000} s proves the recovery.`],
  };
}

type Usage = ReadonlyMap<string, { readonly mib: number; readonly cpuMs: number }>;

function usageOf(stack: Stack): Usage {
  const pids = new Map([['nats-server', stack.nats?.pid ?? 0]]);
  for (const [name, service] of stack.services) pids.set(name, service.pid ?? 0);
  return new Map([...pids].map(([name, pid]) => [name, { mib: residentMib(pid), cpuMs: cpuMs(pid) }]));
}

function usageTable(count: number, idle: Usage, after: Usage): Table {
  const rows = [...after].map(([name, { mib, cpuMs: cpu }]) => {
    const before = idle.get(name);
    return [name, before?.mib ?? 0, mib, cpu - (before?.cpuMs ?? 0)] as const;
  });
  const sum = (at: 1 | 2 | 3): number => rows.reduce((total, row) => total + row[at], 0);
  return {
    title: 'Memory (RSS) of each process, and its processor time during the run',
    columns: ['process', 'idle, MiB', `after ${count} incidents, MiB`, 'CPU per incident, ms'],
    rows: [...rows, ['all', sum(1), sum(2), sum(3)] as const].map(([name, before, mib, cpu]) => [
      name,
      grouped(before),
      grouped(mib),
      (cpu / count).toFixed(1),
    ]),
  };
}
