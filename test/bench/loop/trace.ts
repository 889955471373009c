import type { NatsConnection } from '@nats-io/transport-node';
import type { Table } from '../report.ts';
import { startLoopMeter } from './measure.ts';
import { startTap, type Tapped } from './tap.ts';

/** Every request of one incident, from its anomaly to the end of its execution. */
export async function traceIncident(connection: NatsConnection, index: number): Promise<readonly Tapped[]> {
  const meter = startLoopMeter(connection);
  const tap = startTap(connection);
  // Earlier incidents may still be written down; and the last event is told before decision has taken it in.
  await untilQuiet(tap.messages);
  const earlier = tap.messages.length;
  await meter.oneByOne(index, 1);
  await untilQuiet(tap.messages);
  tap.stop();
  meter.stop();
  return tap.messages.slice(earlier);
}

async function untilQuiet(messages: readonly Tapped[]): Promise<void> {
  let seen = -1;
  while (messages.length !== seen) {
    seen = messages.length;
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

/** What one incident costs, up to the moment at which the first action begins and in all. */
export function costTable(trace: readonly Tapped[]): Table {
  const begins = trace.findIndex(({ subject }) => subject.startsWith('cortex.remediation.started.'));
  const rows = new Map<string, [before: number, all: number, bytes: number]>();
  for (const [index, { subject, kind, bytes }] of trace.entries()) {
    const name = nameOf(subject, kind);
    if (name === undefined) continue;
    const row = rows.get(name) ?? [0, 0, 0];
    rows.set(name, [row[0] + (index < begins ? 1 : 0), row[1] + 1, row[2] + bytes.length]);
  }
  const sums = (['publish', 'kv write', 'kv read'] as const).map((kind) => {
    const own = [...rows].filter(([name]) => name.startsWith(kind));
    const sum = (at: 0 | 1 | 2): number => own.reduce((total, [, row]) => total + row[at], 0);
    return [`all of ${kind}`, sum(0), sum(1), sum(2)];
  });
  return {
    title: 'What one incident asks of NATS (decision and executor, one step, one target)',
    columns: ['request', 'until the action', 'until the execution ended', 'bytes'],
    rows: [...[...rows].map(([name, row]) => [name, ...row]), ...sums],
    notes: [
      'On the path to the action two events travel, anomaly.detected and remediation.requested, and four rounds of',
      'requests wait for one another: pointer, record, (holds, journal, switch), (intent, switch, holds). The rest runs beside it.',
    ],
  };
}

function nameOf(subject: string, kind: Tapped['kind']): string | undefined {
  if (kind === 'publish') return `publish ${subject.split('.').slice(1, -1).join('.')}`;
  if (kind === 'kv write') return `kv write ${subject.split('.')[1]}`;
  if (kind === 'kv read') return `kv read ${/KV_([^.]+)/.exec(subject)?.[1] ?? ''}`;
  return undefined;
}
