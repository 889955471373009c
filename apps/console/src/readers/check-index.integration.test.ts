import { draft, healthChecked, type CheckOutcome } from '@cortex/contracts';
import { eventually, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from '../test/running-console.ts';
import { sampleConfiguration, sampleOutcome } from '../test/samples.ts';
import { CheckList } from '@cortex/api';

let nats: ProvisionedNats;
let running: RunningConsole;
const folder = temporaryFolder();

beforeEach(async () => {
  nats = await startProvisionedNats();
  running = await startRunningConsole(nats.url, folder.path);
});
afterEach(async () => {
  await running?.stop();
  await nats?.stop();
});
afterAll(() => folder.remove());

const failure: Partial<CheckOutcome> = { result: 'fail', attempts: 4, durationMs: 100, detail: 'connection refused' };
const dbPort: Partial<CheckOutcome> = {
  check: 'db-port',
  type: 'tcp_port',
  target: { service: 'db', instance: 'db-1' },
};

async function publish(...outcomes: readonly CheckOutcome[]): Promise<void> {
  for (const data of outcomes) {
    await running.bus.publish(draft(healthChecked, { service: data.target.service, data }));
  }
}

async function checks(query = ''): Promise<CheckList> {
  return CheckList.parse((await running.call('GET', `/health/checks${query}`)).body);
}

test('every configured check is there before it has reported; its results come in as they are published', async () => {
  expect(await checks()).toMatchObject({
    total: 4,
    counts: { unknown: 4 },
    checks: [{ state: 'unknown', history: [] }, {}, {}, {}],
  });
  await publish(
    sampleOutcome(3),
    sampleOutcome(2, { durationMs: 20 }),
    sampleOutcome(1, failure),
    sampleOutcome(1, dbPort),
  );
  await eventually(async () =>
    expect(await checks()).toMatchObject({ counts: { failing: 1, unknown: 2, paused: 0, passing: 1 } }),
  );
  const { checks: list } = await checks();
  expect(list.map(({ name }) => name)).toEqual(['shop-http', 'shop-port', 'shop-orders', 'db-port']);
  expect(list[0]).toMatchObject({
    state: 'failing',
    last: { result: 'fail', detail: 'connection refused', attempts: 4 },
    streak: { count: 1 },
    p50Ms: 20,
    p95Ms: 100,
    history: [{ result: 'pass', durationMs: 12 }, { durationMs: 20 }, { result: 'fail' }],
  });
});

test('a console that starts again knows what the stream holds, each result once', async () => {
  await publish(...Array.from({ length: 70 }, (_, index) => sampleOutcome(70 - index, { durationMs: index })));
  await publish(sampleOutcome(1, { ...failure, check: 'of-yesterday' }), sampleOutcome(0, failure));
  await eventually(async () => expect((await checks()).counts.failing).toBe(1));
  const before = await checks('?failing=true');
  await running.stop();
  running = await startRunningConsole(nats.url, folder.path);
  await eventually(async () => expect(await checks('?failing=true')).toEqual(before));
  expect(before.checks[0]?.history).toHaveLength(60);
  expect(before.checks[0]?.history[0]?.durationMs).toBe(11);
  // Nothing is lost or repeated between the results read back and the live ones.
  await publish(sampleOutcome(-1, { durationMs: 77 }));
  await eventually(async () => expect((await checks('?instance=shop-1')).counts.passing).toBe(1));
  const [check] = (await checks('?instance=shop-1&tier=shallow')).checks.filter(({ name }) => name === 'shop-http');
  expect(check?.history.map(({ durationMs }) => durationMs).slice(-3)).toEqual([69, 100, 77]);
});

test('filters narrow the list; the limit cuts it, not the counts; nonsense is refused', async () => {
  await publish(sampleOutcome(1, failure), sampleOutcome(1, dbPort));
  await eventually(async () => expect(await checks()).toMatchObject({ counts: { failing: 1, passing: 1 } }));
  const names = async (query: string): Promise<readonly string[]> =>
    (await checks(query)).checks.map(({ name }) => name);
  expect(await names('?service=db')).toEqual(['db-port']);
  expect(await names('?instance=shop-1&tier=deep')).toEqual(['shop-orders']);
  expect(await names('?failing=true')).toEqual(['shop-http']);
  expect(await names('?service=db&failing=true')).toEqual([]);
  expect(await names('?service=nobody')).toEqual([]);
  expect(await checks('?limit=1')).toMatchObject({ total: 4, checks: [{ name: 'shop-http' }], counts: { unknown: 2 } });
  for (const query of ['?service=', '?tier=shalow', '?failing=yes', '?limit=0', '?servce=db']) {
    expect((await running.call('GET', `/health/checks${query}`)).body).toMatchObject({
      code: 'CORTEX_API_BAD_REQUEST',
    });
  }
});

test('checks inside a maintenance window are paused, and say by which', async () => {
  const config = sampleConfiguration();
  const always = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00', timezone: 'UTC' };
  const window = { ...always, name: 'moving the database', pausesChecksOf: ['db'] };
  await running.stop();
  running = await startRunningConsole(nats.url, folder.path, undefined, {
    ...config,
    safety: { ...config.safety, maintenanceWindows: [window] },
  });
  expect(await checks('?service=db')).toMatchObject({
    counts: { paused: 1 },
    checks: [{ state: 'paused', pausedBy: 'maintenance window moving the database' }],
  });
});

test('a check that a person silenced is paused, until the silence is lifted', async () => {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const wish = { service: 'shop', check: 'shop-http', endsAt, by: 'anna', reason: 'a new route' };
  const { id } = (await running.call('POST', '/silences', wish)).body['silence'] as { id: string };
  await eventually(async () =>
    expect(await checks('?service=shop')).toMatchObject({
      counts: { paused: 1, unknown: 2 },
      checks: [{}, {}, { name: 'shop-http', pausedBy: `silence ${id} of anna` }],
    }),
  );
  await running.call('DELETE', `/silences/${id}`, { by: 'anna' });
  await eventually(async () => expect((await checks()).counts.paused).toBe(0));
});
