import {
  draft,
  incidentOpened,
  healthChanged,
  remediationStarted,
  type CortexEvent,
  type Incident,
} from '@cortex/contracts';
import { eventually, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from '../test/running-console.ts';
import { ago, idOf, sampleIncident } from '../test/samples.ts';

let nats: ProvisionedNats;
let running: RunningConsole;
const folder = temporaryFolder();
const open = new Set<AbortController>();

beforeAll(async () => {
  nats = await startProvisionedNats();
  running = await startRunningConsole(nats.url, folder.path);
});
afterEach(() => {
  for (const stream of open) stream.abort();
  open.clear();
});
afterAll(async () => {
  await running?.stop();
  await nats?.stop();
  folder.remove();
});

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly id: string; readonly subject: string };
}

async function follow(query: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  open.add(abort);
  const response = await fetch(`${running.url}/api/v1/events${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const messages: Message[] = [];
  const state = { isOpen: false, hasEnded: false };
  void (async () => {
    let rest = '';
    try {
      for await (const chunk of response.body ?? []) {
        const parts = (rest + Buffer.from(chunk as Uint8Array).toString()).split('\n\n');
        rest = parts.pop() ?? '';
        state.isOpen = true;
        messages.push(...parts.flatMap(parse));
      }
    } catch {
      // Aborted by the test.
    }
    state.hasEnded = true;
  })();
  await eventually(() => state.isOpen);
  return { messages, state, abort };
}

function parse(text: string): readonly Message[] {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
  );
  const data = fields.get('data');
  return data === undefined
    ? []
    : [{ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) }];
}

function opened(number: number, service = 'shop', title = 'trouble') {
  const { decisions: _decisions, ...incident }: Incident = sampleIncident(number, { service, title });
  return running.bus.publish(draft(incidentOpened, { service, incidentId: incident.id, data: { incident } }));
}

function healthChange(service: string) {
  const target = { service, instance: `${service}-1` };
  return running.bus.publish(
    draft(healthChanged, {
      service,
      data: { target, from: 'HEALTHY', to: 'DEGRADED', since: ago(0), failing: [], flapping: false, reason: 'test' },
    }),
  );
}

describe('the live stream', () => {
  test('carries every event once, in order, with what a client needs to come back', async () => {
    const stream = await follow('');
    const sent: CortexEvent[] = [];
    for (let number = 1; number <= 20; number += 1) sent.push(await opened(number));
    await eventually(() =>
      expect(stream.messages.map((message) => message.data.id)).toEqual(sent.map((event) => event.id)),
    );
    expect(stream.messages[0]?.event).toBe('incident.opened');
    expect(stream.messages[0]?.id).toBe(`${sent[0]?.time}/${sent[0]?.id}`);
  });

  test('is filtered by type, family, service and incident', async () => {
    const byType = await follow('?type=health.changed');
    const byFamily = await follow('?type=incident.*,remediation.*');
    const byService = await follow('?service=db');
    await running.putIncident(sampleIncident(31));
    await eventually(async () => (await running.call('GET', '/incidents/01900031')).status === 200);
    const byIncident = await follow('?incident=01900031');
    await opened(31);
    await opened(32, 'db');
    await healthChange('shop');
    await running.bus.publish(
      draft(remediationStarted, {
        service: 'db',
        incidentId: idOf(31),
        data: {
          executionId: 'x',
          incidentId: idOf(31),
          playbookId: 'p',
          targets: [{ service: 'db', instance: 'db-1' }],
          startedAt: ago(0),
        },
      }),
    );
    await eventually(() => {
      expect(byType.messages.map((one) => one.event)).toEqual(['health.changed']);
      expect(byFamily.messages.map((one) => one.event)).toEqual([
        'incident.opened',
        'incident.opened',
        'remediation.started',
      ]);
      expect(byService.messages.map((one) => one.event)).toEqual(['incident.opened', 'remediation.started']);
      expect(byIncident.messages.map((one) => one.event)).toEqual(['incident.opened', 'remediation.started']);
    });
  });

  test('goes on where a client left it: what was published meanwhile arrives, then what is published now', async () => {
    const first = await follow('?type=incident.opened&service=again');
    await opened(41, 'again');
    await eventually(() => expect(first.messages).toHaveLength(1));
    first.abort.abort();
    const missed = [await opened(42, 'again'), await opened(43, 'again')];
    const second = await follow('?type=incident.opened&service=again', {
      'last-event-id': first.messages[0]?.id ?? '',
    });
    const live = await opened(44, 'again');
    await eventually(() => {
      expect(second.messages.map((message) => message.data.id)).toEqual([...missed.map((event) => event.id), live.id]);
    });
  });

  test('goes on after nats-server was killed and started again', async () => {
    const stream = await follow('?type=incident.opened&service=restart');
    await opened(51, 'restart');
    await eventually(() => expect(stream.messages).toHaveLength(1));
    await nats.kill();
    await eventually(async () => {
      expect((await running.call('GET', '/status')).body).toMatchObject({ nats: { connected: false } });
    });
    expect((await running.call('POST', '/incidents/01900031/acknowledge', { by: 'anna' })).status).toBe(503);
    expect((await running.call('PUT', '/kill-switch', { on: true, by: 'anna', reason: 'x' })).status).toBe(503);
    await nats.restart();
    const after = await opened(52, 'restart');
    await eventually(() => expect(stream.messages.at(-1)?.data.id).toBe(after.id), { timeoutMs: 30_000 });
  });

  test('cuts a client that does not read, and keeps the others', async () => {
    const port = Number(new URL(running.url).port);
    const stuck = connect(port, '127.0.0.1');
    stuck.write('GET /api/v1/events?service=slow HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n');
    stuck.pause();
    const state = { isClosed: false };
    stuck.on('close', () => (state.isClosed = true));
    stuck.on('error', () => (state.isClosed = true));
    const reader = await follow('?service=slow');
    const title = 'x'.repeat(4_000);
    // Far more than the server's limit and both socket buffers together.
    for (let batch = 0; batch < 30; batch += 1) {
      const drafts = Array.from({ length: 100 }, (_, index) => {
        const { decisions: _decisions, ...incident } = sampleIncident(batch * 100 + index, { service: 'slow', title });
        return draft(incidentOpened, { service: 'slow', incidentId: incident.id, data: { incident } });
      });
      await running.bus.publishAll(drafts);
    }
    await eventually(() => expect(reader.messages).toHaveLength(3_000), { timeoutMs: 30_000 });
    stuck.resume();
    await eventually(() => expect(state.isClosed).toBe(true), { timeoutMs: 20_000 });
    expect(reader.state.hasEnded).toBe(false);
  });
});

test('past events are given as JSON, since a moment, at most as many as asked for', async () => {
  const events: CortexEvent[] = [];
  for (let number = 71; number <= 76; number += 1) events.push(await opened(number, 'past'));
  const { body } = await running.call('GET', '/events?service=past&limit=4');
  expect((body.events as { id: string }[]).map((event) => event.id)).toEqual(events.slice(-4).map((event) => event.id));
  const later = await running.call('GET', `/events?service=past&since=${new Date(Date.now() + 60_000).toISOString()}`);
  expect(later.body).toEqual({ events: [] });
});
