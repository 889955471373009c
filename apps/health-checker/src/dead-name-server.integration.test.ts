import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { healthChecked } from '@cortex/contracts';
import type { CortexEvent } from '@cortex/contracts';
import {
  bundleApp,
  eventually,
  mayMount,
  silentLogger,
  startApp,
  startDns,
  startHttpReceiver,
  startProvisionedNats,
  temporaryFolder,
  withResolvConf,
} from '@cortex/testing';
import type { HttpReceiver, ProvisionedNats, TemporaryFolder, TestDns, TestProcess } from '@cortex/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const app = resolve(import.meta.dirname, '..');
const patience = { timeoutMs: 40_000, intervalMs: 20 };
/** Look-ups always ask port 53; so the name server has an address of its own. */
const nameServer = `127.77.${(process.pid % 250) + 1}.53`;

let nats: ProvisionedNats;
let bus: Bus;
let folder: TemporaryFolder;
let shop: HttpReceiver;
let dns: TestDns;
let checker: TestProcess | undefined;
let results: CortexEvent<'health.checked'>['data'][];

describe.skipIf(!mayMount())('names whose server never answers', () => {
  beforeAll(() => bundleApp(app));

  beforeEach(async () => {
    dns = await startDns(53, nameServer);
    dns.answer = ({ name, type }) => {
      if (name.startsWith('dead-')) return undefined;
      return { answers: type === 'A' ? [{ type: 'A', name, data: '127.0.0.1' }] : [] };
    };
    shop = await startHttpReceiver();
    shop.answer = (response) => response.writeHead(200).end();
    folder = temporaryFolder('cortex-dead-names-');
    nats = await startProvisionedNats();
    bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
    results = [];
    await bus.read({ event: healthChecked, from: 'all', handle: ({ data }) => void results.push(data) });
  });

  afterEach(async () => {
    await checker?.kill();
    checker = undefined;
    await bus.drain(1_000);
    await nats.stop();
    await shop.stop();
    await dns.stop();
    folder.remove();
  });

  async function start(threads: number): Promise<void> {
    const dead = Array.from({ length: 50 }, (_, index) => portCheck(`dead-${index}`, `dead-${index}.test`));
    await writeFile(
      join(folder.path, 'cortex.yaml'),
      `version: 1
services: [{ name: shop, instances: [{ id: shop-1 }] }]
checks:
${dead.join('')}${portCheck('local', 'localhost')}${portCheck('sub-local', 'shop.localhost')}${portCheck('well', 'well.test')}  - name: file
    type: filesystem_io
    service: shop
    interval: 1s
    timeout: 900ms
    write_test_file: ${folder.path}/probe
`,
    );
    const resolvConf = join(folder.path, 'resolv.conf');
    await writeFile(resolvConf, `nameserver ${nameServer}\n`);
    checker = startApp(app, {
      natsUrl: nats.url,
      folder: folder.path,
      env: { CORTEX_INSTANCE: 'test', UV_THREADPOOL_SIZE: String(threads) },
      startedBy: withResolvConf(resolvConf),
    });
    await checker.waitForLine('"msg":"ready"');
  }

  /** Of checks that should pass, once each has run five times. */
  async function failuresOf(names: readonly string[]): Promise<readonly unknown[]> {
    await eventually(() => {
      for (const name of names) {
        expect(results.filter(({ check }) => check === name).length).toBeGreaterThanOrEqual(5);
      }
    }, patience);
    return results.filter(({ check, result }) => names.includes(check) && result !== 'pass');
  }

  it('delay no check of another name, of this machine or of a file', async () => {
    await start(128);
    expect(await failuresOf(['local', 'sub-local', 'well', 'file'])).toEqual([]);
    expect(results.filter(({ check, result }) => check.startsWith('dead-') && result === 'pass')).toEqual([]);
  });

  it('delay no check of this machine or of a file even when they hold every slot', async () => {
    await start(4);
    expect(await failuresOf(['local', 'sub-local', 'file'])).toEqual([]);
  });
});

function portCheck(name: string, host: string): string {
  return `  - { name: ${name}, type: tcp_port, service: shop, interval: 1s, timeout: 900ms, retries: 0, host: ${host}, port: ${shop.port} }\n`;
}
