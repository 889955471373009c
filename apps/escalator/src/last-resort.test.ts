import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import {
  escalationArchiveBucket,
  escalationBucket,
  incidentBucket,
  openIncidentBucket,
  pagingDefaults,
} from '@cortex/contracts';
import type { EventData } from '@cortex/contracts';
import { defaultLimits } from '@cortex/escalation';
import type { EscalationSettings, PageOrder } from '@cortex/escalation';
import { systemRuntime } from '@cortex/runtime';
import { eventually } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { openIncidents } from './adapters/incidents.ts';
import { Escalations } from './escalations.ts';
import { createPageMetrics } from './metrics.ts';

const contacts = ['ann', 'bob'].map((name) => ({ name, channels: [{ type: 'log', params: {} }] }));

it('tells the fallback contact, once, of a request that cannot be handled at all, with what its event says', async () => {
  const logger = pino({ level: 'silent' });
  const bus = connectMemoryBus(new MemoryServer(), { source: '/cortex/escalator', name: 'test', logger });
  const sent: PageOrder[] = [];
  let failures = 1;
  const settings: EscalationSettings = {
    ...defaultLimits,
    retry: { baseMs: 1, capMs: 1, maxAttempts: 3 },
    contacts,
    paging: { ...pagingDefaults, fallback: 'bob' },
    get policies(): never {
      throw new Error('a mistake in Cortex');
    },
  };
  const escalations = new Escalations({
    bus,
    bucket: await bus.bucket(escalationBucket),
    archive: await bus.bucket(escalationArchiveBucket),
    timers: await bus.timers('escalator'),
    incidents: openIncidents(await bus.bucket(incidentBucket), await bus.bucket(openIncidentBucket), logger),
    send: (order) => {
      sent.push(order);
      failures -= 1;
      return Promise.resolve({ delivered: failures < 0, retryable: true, detail: '' });
    },
    channelHealth: { note: () => Promise.resolve() },
    settings,
    metrics: createPageMetrics(new Registry()),
    logger,
    runtime: systemRuntime,
  });
  const incidentId = randomUUID();
  const request: EventData<'escalation.requested'> = {
    escalationId: `${incidentId}-e1`,
    incidentId,
    service: 'shop',
    severity: 'SEV0',
    title: 'shop is down',
    reason: 'remediation failed',
    details: '',
    notify: [],
    urgent: true,
    requestedAt: new Date().toISOString(),
  };
  const event = { id: 'event-1', source: '/cortex/decision', time: request.requestedAt };
  for (let delivery = 0; delivery < 3; delivery += 1) {
    await expect(escalations.take(incidentId, { kind: 'requested', event, request })).rejects.toThrow('a mistake');
  }
  await eventually(() =>
    expect(sent.map(({ notification: { contact, attempts } }) => [contact, attempts])).toEqual([
      ['bob', 1],
      ['bob', 2],
    ]),
  );
  expect(new Set(sent.map(({ notification }) => notification.key)).size).toBe(1);
  expect(sent[0]?.request).toMatchObject({ severity: 'SEV0', title: 'shop is down', service: 'shop', incidentId });
  await bus.drain(100);
});
