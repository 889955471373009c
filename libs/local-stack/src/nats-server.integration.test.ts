import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision } from '@cortex/bus';
import { afterEach, expect, test, vi } from 'vitest';
import { natsConfiguration, startNatsServer } from './nats-server.ts';
import type { NatsServer } from './nats-server.ts';
import { processIdentity } from './process-identity.ts';

const servers: NatsServer[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cortex-stack-'));
  folders.push(path);
  return path;
}

async function start(storeDir: string, port?: number): Promise<NatsServer> {
  const server = await startNatsServer({ storeDir, ...(port === undefined ? {} : { port }) });
  servers.push(server);
  return server;
}

test('two servers side by side get ports of their own', async () => {
  const [one, two] = await Promise.all([start(folder()), start(folder())]);
  expect(one.port).not.toBe(two.port);
  expect(one.pid).not.toBe(two.pid);
});

test('a killed server comes back on the same port with what it had', async () => {
  const storeDir = join(folder(), 'store');
  const first = await start(storeDir);
  const { created } = await provision({ servers: first.url });
  await first.kill();
  const second = await start(storeDir, first.port);
  expect(second.url).toBe(first.url);
  const report = await provision({ servers: second.url });
  expect(report).toMatchObject({ created: [], unchanged: created, killSwitchInitialised: false });
});

test('a port that belongs to something else is not taken for ours', async () => {
  const foreign = createServer((socket) => socket.end('INFO {"server_name":"somebody"}\r\n'));
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const { port } = foreign.address() as AddressInfo;
  await expect(start(folder(), port)).rejects.toMatchObject({ code: 'CORTEX_NATS_NOT_READY' });
  foreign.close();
});

test('the option that 2.9 refuses is written for 2.10 and later alone', () => {
  const settings = { name: 'n', port: 4222, storeDir: '/store' };
  expect(natsConfiguration({ ...settings, version: '2.9.10' })).not.toContain('sync_interval');
  expect(natsConfiguration({ ...settings, version: '2.10.0' })).toContain('sync_interval: always');
  expect(natsConfiguration({ ...settings, version: '3.0.0' })).toContain('sync_interval: always');
});

test.each(['running', 'frozen'])(
  'a %s server ends with the process that started it, even when that one is killed',
  async (state) => {
    const program = `
    import { startNatsServer } from ${JSON.stringify(new URL('./nats-server.ts', import.meta.url).href)};
    const server = await startNatsServer({ storeDir: process.argv[1] });
    console.log(server.pid);
    setInterval(() => {}, 1_000);
  `;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, folder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(processIdentity(pid)).toBeTypeOf('string');
    if (state === 'frozen') process.kill(pid, 'SIGSTOP');
    owner.kill('SIGKILL');
    await vi.waitUntil(() => processIdentity(pid) === undefined, { timeout: 30_000 });
  },
);
