import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { healthBucket, healthChanged, healthChecked, targetKey, unfreezeBucket } from '@cortex/contracts';
import type { CortexEvent, HealthRecord } from '@cortex/contracts';
import {
  bundleApp,
  eventually,
  silentLogger,
  startApp,
  startHttpReceiver,
  startProvisionedNats,
  temporaryFolder,
} from '@cortex/testing';
import type { HttpReceiver, ProvisionedNats, TemporaryFolder, TestProcess } from '@cortex/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const app = resolve(import.meta.dirname, '..');
const target = { service: 'shop', instance: 'shop-1' };

let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
let shop: HttpReceiver;
let isUp: boolean;
let checker: TestProcess | undefined;
let changes: CortexEvent<'health.changed'>[];
let results: CortexEvent<'health.checked'>[];

beforeAll(() => bundleApp(app));

beforeEach(async () => {
  isUp = true;
  shop = await startHttpReceiver();
  shop.answer = (response) => response.writeHead(isUp ? 200 : 503).end();
  folder = temporaryFolder('cortex-health-checker-');
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  changes = [];
  results = [];
  await bus.read({ event: healthChanged, from: 'all', handle: (event) => void changes.push(event) });
  await bus.read({ event: healthChecked, from: 'all', handle: (event) => void results.push(event) });
  await configure('');
});

afterEach(async () => {
  await checker?.kill();
  checker = undefined;
  await bus.drain(1_000);
  await nats.stop();
  await shop.stop();
  folder.remove();
});

async function configure(more: string): Promise<void> {
  const { port } = shop;
  await writeFile(
    join(folder.path, 'cortex.yaml'),
    `version: 1
services:
  - name: shop
    instances: [{ id: shop-1 }]
checks:
  - { name: web, type: http_endpoint, service: shop, interval: 500ms, timeout: 400ms, retries: 2, url: "http://127.0.0.1:${port}/" }
  - { name: port, type: tcp_port, service: shop, interval: 500ms, timeout: 400ms, retries: 2, host: 127.0.0.1, port: ${port} }
${more}`,
  );
}

async function startChecker(): Promise<TestProcess> {
  checker = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_INSTANCE: 'test' } });
  await checker.waitForLine('"msg":"ready"');
  return checker;
}

async function storedState(): Promise<string | undefined> {
  const bucket = await bus.bucket(healthBucket);
  return (await bucket.get(targetKey(target)))?.value.state;
}

function changeCountOf(record: HealthRecord | undefined): number {
  return Number(record?.memory['changeCount'] ?? 0);
}

/** What fails may change while the state does not. */
function stateChanges(): readonly CortexEvent<'health.changed'>[] {
  return changes.filter(({ data }) => data.from !== data.to);
}

function path(): readonly string[] {
  return stateChanges().map(({ data }) => `${data.from}>${data.to}`);
}

const patience = { timeoutMs: 30_000, intervalMs: 20 };

describe('the health checker', () => {
  it('follows a target from healthy to unhealthy and back, and says why', async () => {
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);

    isUp = false;
    const down = ['UNKNOWN>HEALTHY', 'HEALTHY>DEGRADED', 'DEGRADED>UNHEALTHY'];
    await eventually(() => expect(path()).toEqual(down), patience);
    const degraded = stateChanges()[1];
    expect(degraded?.data).toMatchObject({ target, failing: [{ check: 'web' }], flapping: false });
    expect(degraded?.data.reason).toContain('web');
    // The cause is the result that changed the state.
    const cause = results.find(({ id }) => id === degraded?.causationid);
    expect(cause?.data).toMatchObject({ check: 'web', result: 'fail' });

    isUp = true;
    await eventually(() => expect(path()).toEqual([...down, 'UNHEALTHY>HEALTHY']), patience);
    expect(await storedState()).toBe('HEALTHY');
    expect(new Set(results.map(({ data }) => data.check))).toEqual(new Set(['web', 'port']));
  });

  it('runs the other shallow checks at once when one has failed its first attempt', async () => {
    await configure(
      `  - { name: rare, type: http_endpoint, service: shop, interval: 1h, timeout: 400ms, url: "http://127.0.0.1:${shop.port}/" }`,
    );
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    isUp = false;
    await eventually(() => expect(path().at(-1)).toBe('DEGRADED>UNHEALTHY'), patience);
    expect(
      stateChanges()
        .at(-1)
        ?.data.failing.map(({ check }) => check),
    ).toEqual(['web', 'rare']);
  });

  it('marks what was down when it began to watch, and not what goes down later, or while it was away for a moment', async () => {
    await configure('health: { recover_after: 1 }\n');
    isUp = false;
    await startChecker();
    await eventually(() => expect(changes.at(-1)?.data).toMatchObject({ to: 'UNHEALTHY', atStart: true }), patience);
    isUp = true;
    await eventually(() => expect(changes.at(-1)?.data.to).toBe('HEALTHY'), patience);
    isUp = false;
    await eventually(() => expect(changes.at(-1)?.data.to).toBe('UNHEALTHY'), patience);
    expect(changes.at(-1)?.data.atStart).toBeUndefined();

    isUp = true;
    await eventually(() => expect(changes.at(-1)?.data.to).toBe('HEALTHY'), patience);
    await checker?.stop();
    isUp = false;
    await startChecker();
    await eventually(() => expect(changes.at(-1)?.data.to).toBe('UNHEALTHY'), patience);
    expect(changes.at(-1)?.data.atStart).toBeUndefined();
  });

  it('freezes a target whose trouble comes back too often, until a person lifts it', async () => {
    await configure('health: { recover_after: 1, flapping: { returns: 1, within: 1h } }\n');
    await startChecker();
    await eventually(() => expect(path()).toHaveLength(1), patience);
    for (let round = 1; round <= 3; round += 1) {
      isUp = false;
      await eventually(() => expect(changes.at(-1)?.data.to).toBe('UNHEALTHY'), patience);
      if (round === 3) break;
      isUp = true;
      await eventually(() => expect(changes.at(-1)?.data.to).toBe('HEALTHY'), patience);
    }
    await eventually(() => expect(changes.at(-1)?.data.flapping).toBe(true), patience);
    const unfreezes = await bus.bucket(unfreezeBucket);
    await unfreezes.put(targetKey(target), { target, by: 'anna', reason: 'repaired', at: new Date().toISOString() });
    await eventually(() => expect(changes.at(-1)?.data).toMatchObject({ to: 'UNHEALTHY', flapping: false }), patience);
  });

  it('continues after a restart without announcing anything twice', async () => {
    await startChecker();
    await eventually(() => expect(path()).toHaveLength(1), patience);
    isUp = false;
    await eventually(() => expect(path()).toHaveLength(3), patience);

    await checker?.stop();
    const before = results.length;
    await startChecker();
    await eventually(() => expect(results.length).toBeGreaterThan(before + 10), patience);
    expect(path()).toHaveLength(3);
    expect(await storedState()).toBe('UNHEALTHY');
  });

  it('publishes a change that a dead checker had written but not published, exactly once', async () => {
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    await checker?.kill();

    // What the bucket holds when the process dies between the write and the publish.
    const bucket = await bus.bucket(healthBucket);
    const entry = await bucket.get(targetKey(target));
    if (entry?.value.change === undefined) throw new Error('nothing stored');
    const causeId = '019a0000-0000-7000-8000-000000000001';
    const at = new Date().toISOString();
    const change = { ...entry.value.change, from: 'HEALTHY' as const, to: 'DEGRADED' as const, since: at };
    const checks = entry.value.memory['checks'] as Record<string, Record<string, string | number | boolean>>;
    const failing = { ...checks['web'], status: 'failing', passes: 0, failures: 1, streakSince: at, lastAt: at };
    const memory = {
      ...entry.value.memory,
      checks: { ...checks, web: failing },
      changeCount: 2,
      announcement: { causeId, published: false },
    };
    await bucket.put(entry.key, { ...entry.value, state: 'DEGRADED', since: at, change, memory });

    isUp = false;
    await startChecker();
    await eventually(() => expect(path()).toContain('HEALTHY>DEGRADED'), patience);
    await checker?.kill();
    // The same record once more, as if it had died again right after the publish.
    await bucket.put(entry.key, { ...entry.value, state: 'DEGRADED', since: at, change, memory });
    await startChecker();
    await eventually(() => expect(path().at(-1)).toBe('DEGRADED>UNHEALTHY'), patience);
    expect(path().filter((text) => text === 'HEALTHY>DEGRADED')).toHaveLength(1);
    expect(changes.find(({ data }) => data.to === 'DEGRADED')?.causationid).toBe(causeId);
  });

  it('announces an unbroken chain of changes however often it is killed', async () => {
    const bucket = await bus.bucket(healthBucket);
    for (let round = 0; round < 6; round += 1) {
      const running = await startChecker();
      // The written state decides, not the announced one: a round ends between the two. The opposite result must
      // lead to another change.
      const written = (await bucket.get(targetKey(target)))?.value;
      isUp = written?.state !== 'HEALTHY';
      const changed = new Promise<void>((done) => {
        void bucket.watch((_key, entry) => {
          if (changeCountOf(entry?.value) > changeCountOf(written)) done();
        });
      });
      await changed;
      await running.kill();
    }
    isUp = true;
    await startChecker();
    await eventually(() => expect(path().at(-1)).toMatch(/>HEALTHY$/), patience);
    const states = changes.map(({ data }) => data.to);
    expect(changes.map(({ data }) => data.from)).toEqual(['UNKNOWN', ...states.slice(0, -1)]);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
  });

  it('goes on checking while NATS is away, and announces the changes afterwards', async () => {
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    await nats.kill();
    isUp = false;
    const asked = shop.requests.length;
    await eventually(() => expect(shop.requests.length - asked).toBeGreaterThan(5), patience);
    await nats.restart();
    await eventually(() => expect(path().at(-1)).toBe('DEGRADED>UNHEALTHY'), patience);
    expect(path()).toEqual(['UNKNOWN>HEALTHY', 'HEALTHY>DEGRADED', 'DEGRADED>UNHEALTHY']);
  });

  it('runs the deep checks at once when a target degrades', async () => {
    await writeFile(
      join(folder.path, 'canary.check.mjs'),
      `export default ({ defineCheck, z }) => defineCheck({
        name: 'canary', summary: 'counts its runs', tier: 'deep', params: z.strictObject({}),
        async run() { return { passed: true, detail: 'sang' }; },
      });`,
    );
    await configure(`  - { name: deep, type: canary, tier: deep, service: shop, interval: 10m, timeout: 1s }
plugins: [.]
`);
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    const deepRuns = () => results.filter(({ data }) => data.check === 'deep').length;
    expect(deepRuns()).toBe(1);
    isUp = false;
    await eventually(() => expect(deepRuns()).toBe(2), patience);
  });

  it('runs every check at once when one has failed, and tells what fails, whichever was first', async () => {
    await writeFile(
      join(folder.path, 'query.check.mjs'),
      `export default ({ defineCheck, z }) => defineCheck({
        name: 'query', summary: 'asks over HTTP', tier: 'deep', params: z.strictObject({ url: z.string() }),
        async run({ url }, { signal }) {
          const answer = await fetch(url, { signal });
          return { passed: answer.ok, detail: String(answer.status) };
        },
      });`,
    );
    const url = `http://127.0.0.1:${shop.port}/`;
    await writeFile(
      join(folder.path, 'cortex.yaml'),
      `version: 1
services:
  - { name: shop, instances: [{ id: shop-1 }] }
checks:
  - { name: deep, type: query, service: shop, interval: 1s, timeout: 900ms, retries: 0, url: "${url}" }
  - { name: web, type: http_endpoint, service: shop, interval: 1h, timeout: 400ms, retries: 0, url: "${url}" }
  - { name: port, type: tcp_port, service: shop, interval: 1h, timeout: 400ms, retries: 0, host: 127.0.0.1, port: ${shop.port} }
plugins: [.]
`,
    );
    await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    isUp = false;
    await eventually(() => {
      const last = changes.at(-1)?.data;
      expect(last).toMatchObject({ to: 'UNHEALTHY', pending: [] });
      expect(last?.failing.map(({ check }) => check)).toEqual(['deep', 'web']);
    }, patience);
    const sequences = changes.map(({ data }) => data.sequence ?? 0);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it('marks a target in trouble whose dependency is down', async () => {
    await writeFile(
      join(folder.path, 'cortex.yaml'),
      `version: 1
services:
  - { name: db, instances: [{ id: db-1 }] }
  - { name: shop, depends_on: [db], instances: [{ id: shop-1 }] }
checks:
  - { name: db, type: tcp_port, service: db, interval: 500ms, timeout: 400ms, retries: 0, host: 127.0.0.1, port: 1 }
  - { name: web, type: http_endpoint, service: shop, interval: 500ms, timeout: 400ms, retries: 0, url: "http://127.0.0.1:${shop.port}/" }
`,
    );
    isUp = false;
    await startChecker();
    const last = () => changes.findLast(({ data }) => data.target.service === 'shop')?.data;
    await eventually(() => expect(last()).toMatchObject({ to: 'UNHEALTHY', dependenciesDown: ['db'] }), patience);
    isUp = true;
    await eventually(() => expect(last()).toMatchObject({ to: 'HEALTHY', dependenciesDown: [] }), patience);
  });

  it('looks at a dependency at once when its dependant goes down', async () => {
    await writeFile(
      join(folder.path, 'cortex.yaml'),
      `version: 1
services:
  - { name: db, instances: [{ id: db-1 }] }
  - { name: shop, depends_on: [db], instances: [{ id: shop-1 }] }
checks:
  - { name: db, type: tcp_port, service: db, interval: 1h, timeout: 400ms, retries: 0, host: 127.0.0.1, port: ${shop.port} }
  - { name: web, type: http_endpoint, service: shop, interval: 500ms, timeout: 400ms, retries: 0, url: "http://127.0.0.1:${shop.port}/" }
`,
    );
    await startChecker();
    const bucket = await bus.bucket(healthBucket);
    const seenAt = async () => (await bucket.get('db.db-1'))?.value.seenAt ?? '';
    await eventually(() => expect(path()).toHaveLength(2), patience);
    isUp = false;
    await eventually(() => expect(path()).toHaveLength(3), patience);
    const downSince = changes.at(-1)?.data.since ?? 'unknown';
    await eventually(async () => expect((await seenAt()) >= downSince).toBe(true), { timeoutMs: 5_000 });
  });

  it('serves its metrics', async () => {
    const running = await startChecker();
    await eventually(() => expect(path()).toEqual(['UNKNOWN>HEALTHY']), patience);
    const line = await running.waitForLine('"msg":"listening"');
    const { port } = JSON.parse(line) as { port: number };
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/cortex_checks_total\{[^}]*type="http_endpoint"[^}]*result="pass"[^}]*\} [1-9]/);
    expect(text).toMatch(/cortex_check_passing\{[^}]*check="web"[^}]*\} 1/);
    expect(text).toMatch(/cortex_check_duration_seconds_count\{[^}]*check="web"[^}]*\} [1-9]/);
    expect(text).toMatch(/cortex_check_last_pass_timestamp_seconds\{[^}]*check="web"[^}]*\} 1\d{9}/);
    expect(text).toMatch(/cortex_owned_targets(\{[^}]*\})? 1/);
    expect(text).toMatch(/cortex_health_state\{[^}]*instance="shop-1"[^}]*\} 0/);
  });
});
