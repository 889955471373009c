import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CortexError } from '@cortex/errors';
import type { KnownEvent } from './known-event.ts';
import type { PageReceiver } from './page-receiver.ts';
import { pidFrom } from './patients.ts';
import type { DemoSite } from './prepare.ts';

/** The progress of an act: what must still happen, or how it ended. */
export type ActProgress =
  | { readonly status: 'waiting'; readonly missing: string }
  | { readonly status: 'as_told' }
  | { readonly status: 'otherwise'; readonly why: string };

/** One fault of the demo: what breaks, and how Cortex is expected to react. */
export interface Act {
  readonly key: 'a' | 'b' | 'c' | 'd';
  readonly title: string;
  readonly service: string;
  /** Causes a real fault; returns a description of it. */
  breakIt(): Promise<string>;
  /** Judges the events of this act's service since the break. */
  progress(events: readonly KnownEvent[]): ActProgress;
  /** Restores order afterwards, as a human would. */
  cleanUp?(): Promise<void>;
}

/** A leak stands out only against a memory that has been seen without one: 24 samples a quarter of a second apart. */
const memorySeenMs = 8_000;

/** `healthySince` is when the patients were first seen healthy, by `performance.now()`. */
export function demoActs(site: DemoSite, receiver: PageReceiver, healthySince: number): readonly Act[] {
  const shopPidFile = join(site.configFile, '..', 'run', 'shop-1.pid');
  return [
    {
      key: 'a',
      title: 'The shop is killed with SIGKILL',
      service: 'shop',
      async breakIt() {
        const pid = pidFrom(shopPidFile);
        if (pid === undefined) throw new CortexError('CORTEX_DEMO_FAILED', 'the shop is not running');
        process.kill(pid, 'SIGKILL');
        return `kill -9 ${pid}`;
      },
      progress: (events) => healedBy(events, 'service-restart-001'),
    },
    {
      key: 'b',
      title: 'The shop leaks memory; only its metrics show it',
      service: 'shop',
      async breakIt() {
        const seenMs = performance.now() - healthySince;
        if (seenMs < memorySeenMs) await new Promise((resume) => setTimeout(resume, memorySeenMs - seenMs));
        await fetch(`http://127.0.0.1:${site.shopPort}/fault/leak`, { method: 'POST' });
        return 'POST /fault/leak: 48 MB more every second';
      },
      progress: (events) => healedBy(events, 'memory-leak-restart-001'),
    },
    {
      key: 'c',
      title: site.disk.isMount ? 'A small file system fills up' : 'A folder reaches its quota',
      service: 'spool',
      async breakIt() {
        const files = site.disk.fill(0.92);
        return `${files} temporary files written to ${site.disk.path}: 92 % full`;
      },
      progress: (events) => healedBy(events, 'disk-space-cleanup-001'),
    },
    {
      key: 'd',
      title: 'The ledger’s data file is damaged: a restart cannot mend that',
      service: 'ledger',
      async breakIt() {
        writeFileSync(site.ledgerData, '{"accounts": [{"id": 1, "bal');
        return 'the data file was cut off in the middle';
      },
      progress: (events) => handedToHumans(events, receiver),
    },
  ];
}

function healedBy(events: readonly KnownEvent[], playbookId: string): ActProgress {
  const resolved = last(events, 'incident.resolved')?.data.incident;
  if (resolved === undefined) {
    const escalated = last(events, 'escalation.requested');
    if (escalated !== undefined && escalated.data.urgent)
      return { status: 'otherwise', why: `a human was called: ${escalated.data.reason}` };
    return { status: 'waiting', missing: 'incident.resolved' };
  }
  const attempt = resolved.attempts.find((candidate) => candidate.verification === 'SUCCESS');
  if (attempt?.playbookId === playbookId && resolved.resolution?.method === 'auto_remediation')
    return { status: 'as_told' };
  return {
    status: 'otherwise',
    why: `resolved by ${attempt?.playbookId ?? resolved.resolution?.method ?? 'nothing'}, not by ${playbookId}`,
  };
}

function handedToHumans(events: readonly KnownEvent[], receiver: PageReceiver): ActProgress {
  const verification = last(events, 'verification.completed');
  if (verification === undefined) return { status: 'waiting', missing: 'verification.completed' };
  if (verification.data.state !== 'FAILED')
    return { status: 'otherwise', why: `verification said ${verification.data.state}, not FAILED` };
  const rollback = last(events, 'remediation.rolledback');
  if (rollback === undefined) return { status: 'waiting', missing: 'remediation.rolledback' };
  if (rollback.data.outcome !== 'succeeded')
    return { status: 'otherwise', why: `the rollback ${rollback.data.outcome}` };
  const page = receiver.pages.find((candidate) => candidate.incidentId === verification.data.incidentId);
  if (page === undefined) return { status: 'waiting', missing: 'the page at the webhook' };
  return page.isSigned
    ? { status: 'as_told' }
    : { status: 'otherwise', why: 'the page came without a valid signature' };
}

type EventOf<Type extends KnownEvent['type']> = Extract<KnownEvent, { readonly type: Type }>;

function last<Type extends KnownEvent['type']>(events: readonly KnownEvent[], type: Type): EventOf<Type> | undefined {
  return events.findLast((event): event is EventOf<Type> => event.type === type);
}
