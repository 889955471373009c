import { describe, expect, test, vi } from 'vitest';
import { maxBodyBytes } from '../http/body.ts';
import { createServer } from '../http/server.ts';
import { AlertQueue } from './alert-queue.ts';
import { alertRoutes } from './routes.ts';

const mapping = { service: ['job'], instance: ['instance'] };
const minute = 60_000;

function setUp() {
  const world = { nowMs: Date.UTC(2026, 10, 24, 21), connected: true, storing: Promise.resolve() };
  const said: (readonly [type: string, metric: string])[] = [];
  const queue = new AlertQueue({
    mapping,
    async publish({ draft }) {
      await world.storing;
      said.push([draft.type, draft.data.metric]);
    },
    nowMs: () => world.nowMs,
    maxWaiting: 2,
  });
  const server = createServer([
    alertRoutes({ queue, isConnected: () => world.connected, onReceived: () => {}, nowMs: () => world.nowMs }),
  ]);
  const post = async (url: string, payload: unknown) =>
    server.inject({
      method: 'POST',
      url,
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      headers: { 'content-type': 'application/json' },
    });
  const webhook = (payload: unknown) => post('/api/v1/alertmanager', payload);
  const alerts = (...list: unknown[]) => post('/api/v2/alerts', list);
  return { world, said, queue, webhook, alerts };
}

/** As Alertmanager 0.25 sent it. */
const notification = (status: 'firing' | 'resolved') => ({
  receiver: 'c',
  status,
  alerts: [
    {
      status,
      labels: { alertname: 'DiskFull', instance: 'db-1', severity: 'critical' },
      annotations: { summary: 'full' },
      startsAt: '2026-11-24T20:13:25.103241634Z',
      endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-24T20:20:25.103241634Z',
      generatorURL: '',
      fingerprint: '9556f853bb27ef8b',
    },
    {
      status: 'firing',
      labels: { Z: '1', a: '日本', alertname: 'Ünïcode', z_: 'x' },
      annotations: {},
      startsAt: '2026-11-24T20:13:25.103241634Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: 'b7a30f0ef5fd7a65',
    },
  ],
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://vm:19093',
  version: '4',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
});

const posted = (minutesLeft: number, nowMs: number) => ({
  labels: { alertname: 'Slow', job: 'shop' },
  annotations: { summary: 'slow' },
  startsAt: '2026-11-24T20:13:25.103Z',
  endsAt: new Date(nowMs + minutesLeft * minute).toISOString(),
  generatorURL: 'http://prometheus/graph',
});

test("Alertmanager's webhook: firing, repeated, resolved", async () => {
  const { webhook, said, queue } = setUp();
  expect((await webhook(notification('firing'))).statusCode).toBe(200);
  await webhook(notification('firing'));
  await webhook(notification('resolved'));
  expect(said).toEqual([
    ['anomaly.detected', 'DiskFull'],
    ['anomaly.detected', 'Ünïcode'],
    ['anomaly.cleared', 'DiskFull'],
  ]);
  expect(queue.firing).toBe(1);
});

test('alerts as Prometheus posts them: one that has ended is resolved, and both APIs give the same alert', async () => {
  const { alerts, webhook, said, world } = setUp();
  expect((await alerts(posted(4, world.nowMs))).statusCode).toBe(200);
  await alerts({ labels: { alertname: 'DiskFull', instance: 'db-1', severity: 'critical' } });
  await webhook(notification('firing'));
  await alerts(posted(-1, world.nowMs));
  expect(said).toEqual([
    ['anomaly.detected', 'Slow'],
    ['anomaly.detected', 'DiskFull'],
    ['anomaly.detected', 'Ünïcode'],
    ['anomaly.cleared', 'Slow'],
  ]);
});

test('an alert that its sender no longer renews ends, but not while requests are refused', async () => {
  const { alerts, said, world, queue } = setUp();
  await alerts(posted(4, world.nowMs));
  world.connected = false;
  world.nowMs += 3 * minute;
  expect((await alerts(posted(4, world.nowMs))).statusCode).toBe(503);
  world.nowMs += 1.5 * minute;
  await queue.expire();
  expect(said).toHaveLength(1);
  world.nowMs += minute;
  await queue.expire();
  expect(said.at(-1)).toEqual(['anomaly.cleared', 'Slow']);
});

test('while events cannot be stored, or too many requests wait, senders are told to come again', async () => {
  const { webhook, world, said, queue } = setUp();
  world.connected = false;
  const refused = await webhook(notification('firing'));
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
  world.connected = true;
  let store = (): void => {};
  world.storing = new Promise((resolve) => (store = resolve));
  const waiting = [webhook(notification('firing')), webhook(notification('firing'))];
  await vi.waitFor(() => expect(queue.isFull).toBe(true));
  expect((await webhook(notification('firing'))).statusCode).toBe(503);
  store();
  expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  expect(said).toHaveLength(2);
});

describe('what is refused', () => {
  const { webhook, alerts } = setUp();
  test.each([
    ['no JSON', () => webhook('hello'), 400, 'no valid JSON'],
    ['another version', () => webhook({ version: '3', alerts: [] }), 400, 'webhook of version 4'],
    ['a webhook where alerts belong', () => alerts(notification('firing')), 400, 'not a list of alerts'],
    ['a bad time', () => alerts({ labels: {}, startsAt: 'yesterday' }), 400, 'startsAt'],
    ['too much', () => webhook(' '.repeat(maxBodyBytes + 1)), 413, 'larger than'],
  ])('%s', async (_, send, status, message) => {
    const response = await send();
    expect([response.statusCode, response.json<{ message: string }>().message]).toEqual([
      status,
      expect.stringContaining(message),
    ]);
  });
});
