import {
  draft,
  escalationAcknowledged,
  escalationBucket,
  escalationNotified,
  healthChanged,
  incidentBucket,
  incidentResolved,
} from '@cortex/contracts';
import type { EventData } from '@cortex/contracts';
import { eventually, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { consoleUrl, EscalatorFixture } from './test/fixture.ts';
import { ended, sampleIncident } from './test/sample-incident.ts';

let fixture: EscalatorFixture;
beforeEach(async () => {
  fixture = await EscalatorFixture.start({ nats: await startProvisionedNats(), folder: temporaryFolder() });
});
afterEach(async () => {
  await fixture.stop();
});

const levels = (): number[] => fixture.pages.map((page) => page.level);

async function record(incidentId: string) {
  const bucket = await fixture.bus.bucket(escalationBucket);
  return (await bucket.get(incidentId))?.value;
}

function acknowledge(incidentId: string): Promise<unknown> {
  const data = { incidentId, by: 'kim', comment: '', at: new Date().toISOString() };
  return fixture.bus.publish(draft(escalationAcknowledged, { service: 'shop', incidentId, data }));
}

it('notifies each level at its delay and reports it once', async () => {
  const notified: EventData<'escalation.notified'>[] = [];
  await fixture.bus.read({ event: escalationNotified, from: 'all', handle: (event) => void notified.push(event.data) });
  await fixture.startService([0, 700, 1_500]);
  const incidentId = randomUUID();
  const startedMs = Date.now();
  await fixture.request(incidentId);
  await eventually(() => expect(levels()).toEqual([1, 2, 3]));
  const [first = 0, second = 0, third = 0] = fixture.pages.map((page) => page.atMs - startedMs);
  expect(first).toBeLessThan(700);
  expect(second).toBeGreaterThanOrEqual(700);
  expect(third).toBeGreaterThanOrEqual(1_500);
  await eventually(() => expect(notified).toHaveLength(3));
  expect(notified.map((event) => [event.level, event.contact, event.delivered, event.attempts])).toEqual([
    [1, 'contact1', true, 1],
    [2, 'contact2', true, 1],
    [3, 'contact3', true, 1],
  ]);
  await eventually(async () =>
    expect((await record(incidentId))?.notifications.every((page) => page.reported)).toBe(true),
  );
});

it('notifies no further level once a human answered', async () => {
  await fixture.startService([0, 1_000]);
  const [answered, open] = [randomUUID(), randomUUID()];
  await fixture.request(answered);
  await eventually(() => expect(levels()).toEqual([1]));
  await acknowledge(answered);
  await eventually(async () => expect((await record(answered))?.status).toBe('acknowledged'));
  // The level of a later, unanswered escalation is due after that of the answered one: once it is seen, the wait is over.
  await fixture.request(open);
  await eventually(() => expect(levels()).toEqual([1, 1, 2]));
  expect(fixture.pages.at(-1)?.key).toContain(open);
  expect((await record(answered))?.plan.map((item) => item.status)).toEqual(['told', 'skipped']);
});

it('tries again with the same key after 500, 429 and silence, no sooner than the receiver asks', async () => {
  const answers = [
    (response: Parameters<typeof fixture.receiver.answer>[0]) => response.writeHead(500).end(),
    (response: Parameters<typeof fixture.receiver.answer>[0]) => response.writeHead(429, { 'retry-after': '1' }).end(),
    () => undefined,
  ];
  fixture.receiver.answer = (response) => (answers.shift() ?? ((last) => last.writeHead(200).end('ok')))(response);
  await fixture.startService([0]);
  const incidentId = randomUUID();
  await fixture.request(incidentId);
  await eventually(async () => expect((await record(incidentId))?.notifications[0]?.status).toBe('delivered'));
  const { pages } = fixture;
  expect(pages).toHaveLength(4);
  expect(new Set(pages.map((page) => page.key)).size).toBe(1);
  expect((pages[2]?.atMs ?? 0) - (pages[1]?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
});

it('gives up at once on a refusal for good, and says so', async () => {
  const notified: EventData<'escalation.notified'>[] = [];
  await fixture.bus.read({ event: escalationNotified, from: 'all', handle: (event) => void notified.push(event.data) });
  fixture.receiver.answer = (response) => response.writeHead(404).end();
  await fixture.startService([0]);
  await fixture.request(randomUUID());
  await eventually(() => expect(notified).toHaveLength(1));
  expect(notified[0]).toMatchObject({ delivered: false, attempts: 1, detail: expect.stringContaining('404') });
});

it('adds no page for a further request, one with a key of its own for something else that is asked, and a notice at the end', async () => {
  await fixture.startService([0]);
  const incidentId = randomUUID();
  const requestedAt = (): string => new Date().toISOString();
  await fixture.request(incidentId);
  await eventually(() => expect(levels()).toEqual([1]));
  await fixture.request(incidentId, { escalationId: 'more', requestedAt: requestedAt(), reason: 'another reason' });
  const asks = 'approve restart as attempt 1';
  await fixture.request(incidentId, { escalationId: 'asks', requestedAt: requestedAt(), asks });
  await eventually(() => expect(fixture.pages.map(({ kind }) => kind)).toEqual(['page', 'update']));
  const incident = sampleIncident(incidentId);
  const end = draft(incidentResolved, { service: 'shop', incidentId, data: { incident: ended(incident) } });
  await fixture.bus.publish(end);
  await eventually(() => expect(fixture.pages.map(({ kind }) => kind)).toEqual(['page', 'update', 'resolved']));
  expect(new Set(fixture.pages.map((page) => page.key)).size).toBe(3);
  const { reason, text, situation } = JSON.parse(fixture.pages[2]?.body ?? '');
  expect(reason).toBe('closed by ada: replaced the disk');
  expect(text).toContain('Resolved: [SEV1] shop: shop is down');
  expect(situation).toMatchObject({ wrong: [], ended: { how: 'manual', reason } });
});

it('tells what is wrong, since when, what was tried, what is waited for and the plan, with a link for the reader', async () => {
  await fixture.startService([0]);
  const incident = sampleIncident(randomUUID());
  const bucket = await fixture.bus.bucket(incidentBucket);
  await bucket.put(incident.id, { incident, applied: [], memory: {} });
  await fixture.request(incident.id);
  await eventually(() => expect(levels()).toEqual([1]));
  const page = JSON.parse(fixture.pages[0]?.body ?? '');
  expect(page.link).toBe(`${consoleUrl}/#/incidents/${incident.id}`);
  expect(page.situation).toEqual({
    since: incident.startedAt,
    wrong: ['3 of 3 shallow checks fail'],
    tried: [
      {
        playbook: 'restart',
        targets: [{ service: 'shop', instance: 'shop-1' }],
        at: incident.startedAt,
        result: 'succeeded; verification FAILED: tcp_port still fails; rollback not_available',
      },
    ],
    waitsFor: {
      what: 'the approval of restart on shop-1',
      why: 'the playbook asks for approval',
      until: incident.approval?.expiresAt,
    },
    plan: {
      approvalId: 'approval-1',
      playbook: 'restart',
      targets: [{ service: 'shop', instance: 'shop-1' }],
      steps: [{ name: 'start it', action: 'restart_service', params: { pid_file: '/run/shop.pid' } }],
      requiredApprovals: 1,
      expiresAt: incident.approval?.expiresAt,
    },
  });
  for (const part of ['3 of 3 shallow checks fail', 'tcp_port still fails', 'pid_file=/run/shop.pid', 'cortex approve'])
    expect(page.text).toContain(part);
});

it('names what is wrong by then in the page of a later level', async () => {
  await fixture.startService([0, 700]);
  const incident = sampleIncident(randomUUID());
  const bucket = await fixture.bus.bucket(incidentBucket);
  await bucket.put(incident.id, { incident, applied: [], memory: {} });
  await fixture.request(incident.id);
  await eventually(() => expect(levels()).toEqual([1]));
  const other = { ...incident, title: 'shop: shop-2 is UNHEALTHY' };
  await bucket.put(incident.id, { incident: other, applied: [], memory: {} });
  await eventually(() => expect(levels()).toEqual([1, 2]));
  const titles = () => fixture.pages.map(({ body }) => JSON.parse(body).title);
  expect(titles()).toEqual(['shop is down', other.title]);
  const own = { escalationId: 'breaker', title: 'Playbook restart is out of use on shop', hasOwnTitle: true } as const;
  const requestedAt = new Date().toISOString();
  await fixture.request(incident.id, { ...own, asks: 'reset the circuit breaker of restart', requestedAt });
  await eventually(() => expect(titles()).toContain(own.title));
});

it('tells of a channel whose secret is missing before it is needed, and tells the fallback contact what it cannot send', async () => {
  const changes: EventData<'health.changed'>[] = [];
  await fixture.bus.read({ event: healthChanged, from: 'all', handle: ({ data }) => void changes.push(data) });
  await fixture.startService([0, 3_600_000], (yaml) =>
    yaml
      .replace('timeout_ms: 2000', 'timeout_ms: 2000, secret: env:CORTEX_TEST_ESCALATOR_SECRET')
      .replace('escalation:', 'escalation:\n  fallback: contact2'),
  );
  const target = { service: 'cortex', instance: 'pages-contact1-0-webhook' };
  await eventually(() => expect(changes).toMatchObject([{ target, to: 'UNHEALTHY' }]));
  expect(changes[0]?.reason).toBe(
    'contact1 cannot be paged through webhook: the secret env:CORTEX_TEST_ESCALATOR_SECRET cannot be read: the variable is not set',
  );
  await fixture.request(randomUUID());
  await eventually(() => expect(fixture.pages.map(({ contact }) => contact)).toEqual(['contact2']));
  const { insteadOf, details } = JSON.parse(fixture.pages[0]?.body ?? '');
  expect(insteadOf.contact).toBe('contact1');
  expect(details).toContain('CORTEX_TEST_ESCALATOR_SECRET');
  process.env['CORTEX_TEST_ESCALATOR_SECRET'] = 'hunter2';
  try {
    await eventually(
      () => expect(changes.filter((change) => change.target.instance === target.instance).at(-1)?.to).toBe('HEALTHY'),
      { timeoutMs: 20_000 },
    );
  } finally {
    delete process.env['CORTEX_TEST_ESCALATOR_SECRET'];
  }
});

it('goes on where it was when NATS dies while a page is on its way', async () => {
  await fixture.startService([0, 1_500]);
  const incidentId = randomUUID();
  let release = (): void => undefined;
  fixture.receiver.answer = (response) => (release = () => response.writeHead(200).end());
  await fixture.request(incidentId);
  await eventually(() => expect(levels()).toEqual([1]));
  await fixture.nats.kill();
  release();
  fixture.receiver.answer = (response) => response.writeHead(200).end();
  await fixture.nats.restart();
  await eventually(() => expect(levels()).toEqual([1, 2]), { timeoutMs: 30_000 });
  await eventually(
    async () =>
      expect((await record(incidentId))?.notifications.map((page) => page.status)).toEqual(['delivered', 'delivered']),
    { timeoutMs: 30_000 },
  );
  expect((await record(incidentId))?.notifications.map((page) => page.attempts)).toEqual([1, 1]);
});

it('notifies the next level while NATS is away, and only once', async () => {
  const notified: EventData<'escalation.notified'>[] = [];
  await fixture.bus.read({ event: escalationNotified, from: 'all', handle: (event) => void notified.push(event.data) });
  await fixture.startService([0, 2_000]);
  const incidentId = randomUUID();
  await fixture.request(incidentId);
  await eventually(async () => expect((await record(incidentId))?.notifications[0]?.reported).toBe(true));
  let refused = 0;
  fixture.receiver.answer = (response) => {
    refused += 1;
    response.writeHead(refused === 1 ? 503 : 200).end();
  };
  await fixture.nats.kill();
  await eventually(() => expect(levels()).toEqual([1, 2, 2]), { timeoutMs: 15_000 });
  await fixture.nats.restart();
  await eventually(
    async () =>
      expect(
        (await record(incidentId))?.notifications.map((page) => [page.status, page.attempts, page.reported]),
      ).toEqual([
        ['delivered', 1, true],
        ['delivered', 2, true],
      ]),
    { timeoutMs: 30_000 },
  );
  expect(levels()).toEqual([1, 2, 2]);
  await eventually(() => expect(notified.map((event) => event.level)).toEqual([1, 2]));
});
