import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRunningStack, processIdentity, serviceNames, type RunningStack } from '@cortex/local-stack';
import { eventually, freePort, temporaryFolder } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const apps = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const work = join(folder.path, 'work');
const binary = join(folder.path, 'apps/cli/dist/main.js');

/** An installation of its own: `up` runs the bundles that lie beside the command line. */
beforeAll(async () => {
  for (const app of ['cli', ...serviceNames]) {
    const out = join(folder.path, 'apps', app, 'dist');
    await promisify(execFile)(process.execPath, ['../../tools/bundle.mjs', out], { cwd: join(apps, app) });
  }
  mkdirSync(work);
  writeFileSync(
    join(work, 'cortex.yaml'),
    `version: 1\nservices:\n  - name: shop\n    instances: [{ id: shop-1 }]\ncollector: { otlp: { port: 0 } }\nconsole: { port: 0 }\n`,
  );
}, 300_000);
afterAll(() => folder.remove());

async function cortex(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [binary, ...words],
      { cwd: work, env: { PATH: process.env['PATH'] } },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

/** `cortex up`, ready. */
async function up(...words: readonly string[]) {
  const child = spawn(process.execPath, [binary, 'up', ...words], { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await eventually(() => expect(out).toContain('Ctrl-C stops everything'), { timeoutMs: 60_000 });
  return { child, ended, said: () => out, stack: readRunningStack(join(work, '.cortex')) as RunningStack };
}

/** The numbers of all processes that were started in the folder's name. */
async function processesOf(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder.path) && !line.includes('ps -eo'));
}

test('the ports are those that were asked for, a taken one is replaced and named, and other commands find the stack', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const first = (taken.address() as AddressInfo).port;
  const natsPort = await freePort();
  const { said, stack, ended } = await up('--nats-port', String(natsPort), '--ports', String(first));
  expect(stack.natsUrl).toBe(`nats://127.0.0.1:${natsPort}`);
  expect(said()).toContain(`port ${first} is taken: auditor uses `);
  const collector = stack.services.find(({ name }) => name === 'collector');
  // Somebody else may have the next port too.
  expect(collector?.port === first + 1 || said().includes(`port ${first + 1} is taken: collector uses`)).toBe(true);
  taken.close();

  expect((await cortex('provision')).out).toMatch(/^created +nothing$/m);
  expect((await cortex('get', 'status')).out).toContain(`console        ${stack.consoleUrl}`);
  expect((await cortex('logs', 'decision')).out).toMatch(/ info {3}decision {8}ready port=\d+/);
  expect(await cortex('logs', 'decison')).toMatchObject({
    code: 4,
    err: expect.stringContaining('did you mean decision?'),
  });

  expect(await cortex('stop')).toMatchObject({ code: 0, out: `stopped (process ${stack.owner.pid})\n` });
  expect(await ended).toBe(0);
  expect(await processesOf()).toEqual([]);
  expect(await cortex('stop')).toMatchObject({ code: 0, out: `nothing runs in ${join(work, '.cortex')}\n` });
  expect((await cortex('logs', '-n', '1', '-o', 'json')).out.trim().split('\n')).toHaveLength(1);
}, 120_000);

test('after kill -9 nothing of it is left, and the folder can be used again', async () => {
  const { child, stack } = await up('--nats-port', '0', '--ports', '0');
  child.kill('SIGKILL');
  await eventually(async () => expect(await processesOf()).toEqual([]), { timeoutMs: 60_000 });
  expect(processIdentity(stack.nats?.pid ?? 0)).toBeUndefined();
  expect(await cortex('get', 'status', '-o', 'json')).toMatchObject({ code: 3 });
  const again = await up('--nats-port', '0', '--ports', '0');
  expect((await cortex('stop')).code).toBe(0);
  expect(await again.ended).toBe(0);
}, 180_000);
