import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import { reloadBucket, reloadRequestKey, runningConfigurationBucket } from '@cortex/contracts';
import type { ReadyMessage, StackMessage } from '@cortex/local-stack';
import { serviceNames } from '@cortex/local-stack';
import { readConfiguration } from '@cortex/service';
import {
  bundleApp,
  eventually,
  silentLogger,
  startNats,
  temporaryFolder,
  type TemporaryFolder,
  type TestNats,
} from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const minimal = 'version: 1\nservices: [{ name: shop, instances: [{ id: shop-1 }] }]\n';
/** EX_CONFIG. */
const wrongConfiguration = 78;

let nats: TestNats;
let folder: TemporaryFolder;
const withoutPort = 'collector: { otlp: { port: 0 } }\n';
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  [nats] = await Promise.all([startNats(), bundleApp('apps/all-in-one')]);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await nats.stop();
  folder.remove();
});

function write(configuration: string): string {
  const file = join(folder.path, 'cortex.yaml');
  writeFileSync(file, configuration);
  return file;
}

/** Asks all services to take this configuration; returns what a service of the process says of itself. */
async function askToReload(configuration: string, { pid }: ChildProcess) {
  const { digest } = await readConfiguration(write(configuration));
  const bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'reload', logger: silentLogger });
  const request = { id: randomUUID(), step: 'take', digest, by: 'ada', at: new Date().toISOString() } as const;
  await (await bus.bucket(reloadBucket)).put(reloadRequestKey, request);
  const records = await bus.bucket(runningConfigurationBucket);
  return {
    digest,
    said: async () =>
      (await records.entries()).map(({ value }) => value).filter((one) => one.instance.endsWith(`-${pid}`)),
    close: () => bus.drain(1_000),
  };
}

/** Starts the process as `cortex up` does, on a NATS that holds nothing yet; resolves with what it says first. */
async function start(
  configuration: string,
): Promise<{ child: ChildProcess; said: StackMessage; ended: Promise<unknown[]> }> {
  const config = write(configuration);
  const child = fork(resolve('apps/all-in-one/dist/main.js'), ['console=0', ...serviceNames.slice(0, -1)], {
    env: {
      ...process.env,
      CORTEX_CONFIG: config,
      CORTEX_NATS_URL: nats.url,
      CORTEX_DATA_DIR: join(folder.path, 'data'),
      CORTEX_LOG_DIR: join(folder.path, 'logs'),
    },
    silent: true,
  });
  children.push(child);
  const ended = once(child, 'exit');
  const [said] = (await once(child, 'message')) as [StackMessage];
  return { child, said, ended };
}

const logOf = (name: string): string => readFileSync(join(folder.path, 'logs', `${name}.log`), 'utf8');

test('all services run in one process, each with port, metrics and log of its own, and end in order on SIGTERM', async () => {
  const { child, said, ended } = await start(`${minimal}${withoutPort}`);
  expect(said).toMatchObject({ type: 'ready', watched: { services: 1, checks: 0, playbooks: 0 } });
  const { ports } = said as ReadyMessage;
  for (const name of serviceNames) {
    const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${ports[name]}${path}`);
    expect({ name, status: (await get('/readyz')).status }).toEqual({ name, status: 200 });
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain(`cortex_bus_connected{service="${name}"} 1`);
    // Of the two event loops: that of the process, and that of the detector's thread.
    expect({ name, has: metrics.includes('nodejs_eventloop_lag') }).toEqual({
      name,
      has: name === 'console' || name === 'detector',
    });
    expect(logOf(name)).toContain(`"name":"${name}"`);
  }
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('a configuration that only one of them can know to be wrong is refused by all, with the reason', async () => {
  const { said, ended } = await start(`${minimal}checks: [{ name: a, type: crystal_ball, service: shop }]\n`);
  expect(said).toMatchObject({ type: 'refused', code: 'CORTEX_CONFIGURATION_INVALID' });
  expect(JSON.stringify(said)).toContain('CORTEX_CONFIG_UNKNOWN_CHECK');
  expect(await ended).toEqual([wrongConfiguration, null]);
});

/** A configuration with one check of the user's own, which runs this. */
function withPlugin(body: string): string {
  writeFileSync(
    join(folder.path, 'mine.check.mjs'),
    `export default ({ defineCheck, z }) => defineCheck({ name: 'mine', summary: 'Of the user', tier: 'shallow',
      params: z.strictObject({}), async run() { ${body} } });`,
  );
  const check = '{ name: a, type: mine, service: shop, interval: 1s, timeout: 500ms }';
  return `${minimal}${withoutPort}plugins: [.]\nchecks: [${check}]\n`;
}

test('what a plugin does forever holds up its own service alone', async () => {
  // Not before all are ready: what is stuck by then never is.
  const flag = join(folder.path, 'spin');
  const spin = `if (existsSync(${JSON.stringify(flag)})) { process._rawDebug('stuck'); for (;;); }`;
  const { child, said } = await start(
    withPlugin(`const { existsSync } = await import('node:fs'); ${spin} return { passed: true, detail: 'fine' };`),
  );
  writeFileSync(flag, '');
  let errors = '';
  child.stderr?.on('data', (data) => (errors += String(data)));
  const { ports } = said as ReadyMessage;
  await eventually(() => errors.includes('stuck'));
  for (const name of serviceNames.filter((service) => service !== 'health-checker')) {
    const answer = await fetch(`http://127.0.0.1:${ports[name]}/readyz`);
    expect({ name, status: answer.status }).toEqual({ name, status: 200 });
  }
  child.kill('SIGKILL');
}, 180_000);

test('what one service cannot survive ends the process, with the reason', async () => {
  const { child, ended } = await start(
    withPlugin(
      "setTimeout(() => { throw new Error('a broken plugin'); }, 500); return { passed: true, detail: 'fine' };",
    ),
  );
  let errors = '';
  child.stderr?.on('data', (data) => (errors += String(data)));
  expect(await ended).toEqual([1, null]);
  expect(errors).toContain('a broken plugin');
});

test('each service takes a changed configuration in this process, on its port, threads too', async () => {
  const { child, said, ended } = await start(`${minimal}${withoutPort}`);
  const { ports } = said as ReadyMessage;
  const request = await askToReload(`${minimal}${withoutPort}safety: { hold_retry: 7s }\n`, child);
  await eventually(
    async () => {
      const taken = (await request.said()).filter(({ reload }) => reload?.outcome === 'applied');
      expect(taken.map(({ service }) => service).toSorted()).toEqual(serviceNames.toSorted());
      expect(new Set(taken.map(({ digest }) => digest))).toEqual(new Set([request.digest]));
    },
    { timeoutMs: 30_000 },
  );
  await request.close();
  for (const name of serviceNames) {
    const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${ports[name]}${path}`);
    await eventually(async () =>
      expect({ name, status: (await get('/readyz')).status }).toEqual({ name, status: 200 }),
    );
    const metrics = await (await get('/metrics')).text();
    expect(metrics.match(/^cortex_bus_connected/gm)).toHaveLength(1);
    expect(metrics.match(/^cortex_build_info/gm)).toHaveLength(1);
    expect({ name, has: metrics.includes('nodejs_eventloop_lag') }).toEqual({
      name,
      has: name === 'console' || name === 'detector',
    });
  }
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test.each(['learner', 'detector'] as const)(
  'a %s that can start with neither configuration ends the process, with the reason',
  async (name) => {
    const { child, ended } = await start(`${minimal}${withoutPort}`);
    let errors = '';
    child.stderr?.on('data', (data) => (errors += String(data)));
    const data = join(folder.path, 'data', name);
    // Where its folder was is now a file.
    rmSync(data, { recursive: true });
    writeFileSync(data, '');
    const request = await askToReload(`${minimal}${withoutPort}safety: { hold_retry: 7s }\n`, child);
    expect(await ended).toEqual([1, null]);
    expect(errors).toContain('EEXIST');
    await request.close();
    rmSync(data);
  },
);
