import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { allInOne, readRunningStack, processIdentity, serviceNames, type RunningStack } from '@cortex/local-stack';
import { eventually, freePort, temporaryFolder } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const apps = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const work = join(folder.path, 'work');
const binary = join(folder.path, 'apps/cli/dist/main.js');

/** An installation of its own: `up` runs the bundles that lie beside the command line. */
beforeAll(async () => {
  for (const app of ['cli', allInOne, ...serviceNames]) {
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

/** What the doctor says, by name. */
async function verdicts(...words: readonly string[]): Promise<Record<string, string>> {
  const { out } = await cortex('doctor', '-o', 'json', ...words);
  const { findings } = JSON.parse(out) as { findings: readonly { name: string; verdict: string }[] };
  return Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict]));
}

/** The numbers of all processes that were started in the folder's name. */
async function processesOf(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder.path) && !line.includes('ps -eo'));
}

test.each([
  ['one process', []],
  ['a process each', ['--processes']],
])(
  '%s: ports are as asked for, a taken one is replaced and named, and other commands find the stack',
  async (_, layout) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const first = (taken.address() as AddressInfo).port;
    const natsPort = await freePort();
    const { said, stack, ended } = await up('--nats-port', String(natsPort), '--ports', String(first), ...layout);
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
      code: 2,
      err: expect.stringContaining('Did you mean decision?'),
    });

    const well = await cortex('doctor', '-o', 'json');
    expect(JSON.parse(well.out)).toMatchObject({ ok: true });
    expect(await verdicts()).toMatchObject({
      node: 'ok',
      configuration: 'ok',
      nats: 'ok',
      streams: 'ok',
      services: 'ok',
      ports: 'ok',
    });

    expect(await cortex('stop')).toMatchObject({ code: 0, out: `stopped (process ${stack.owner.pid})\n` });
    expect(await ended).toBe(0);
    expect(await processesOf()).toEqual([]);
    expect(await cortex('stop')).toMatchObject({ code: 0, out: `nothing runs in ${join(work, '.cortex')}\n` });
    expect((await cortex('logs', '-n', '1', '-o', 'json')).out.trim().split('\n')).toHaveLength(1);
  },
  120_000,
);

test('the doctor names what is wrong with the fix, and ends with status 1', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const nobody = await freePort();
  writeFileSync(
    join(work, 'sick.yaml'),
    `version: 1
services: [{ name: shop, instances: [{ id: shop-1 }] }]
collector: { otlp: { port: ${port} } }
escalation:
  contacts:
    - name: anna
      channels:
        - { type: webhook, url: 'http://127.0.0.1:${nobody}/a-secret-path', secret: env:NOT_SET_ANYWHERE }
`,
  );
  const { code, out } = await cortex('doctor', '--config', 'sick.yaml', '--nats', 'nats://127.0.0.1:1');
  taken.close();
  expect(code).toBe(1);
  expect(out).toContain(
    'fail  channels       anna, webhook: NOT_SET_ANYWHERE is not set\n      fix: set NOT_SET_ANYWHERE',
  );
  expect(out).toContain(`anna, webhook: 127.0.0.1:${nobody} does not answer (ECONNREFUSED)`);
  expect(out).not.toContain('a-secret-path');
  expect(out).toContain(`fail  ports          ${port} (telemetry, collector.otlp.port) is taken`);
  expect(out).toMatch(/^fail {2}nats {11}nats:\/\/127\.0\.0\.1:1: /m);
  writeFileSync(join(work, 'wrong.yaml'), 'version: 1\nservics: []\n');
  expect(await verdicts('--config', 'wrong.yaml')).toMatchObject({ configuration: 'fail' });
  expect(await verdicts('--config', 'missing.yaml')).toMatchObject({ configuration: 'fail' });
});

test('after kill -9 nothing of it is left, and the folder can be used again', async () => {
  const { child, stack } = await up('--nats-port', '0', '--ports', '0');
  child.kill('SIGKILL');
  await eventually(async () => expect(await processesOf()).toEqual([]), { timeoutMs: 60_000 });
  expect(processIdentity(stack.nats?.pid ?? 0)).toBeUndefined();
  expect(await cortex('get', 'status', '-o', 'json')).toMatchObject({ code: 3 });
  const again = await up('--nats-port', '0', '--ports', '0');
  expect(await cortex('uninstall', '--yes')).toMatchObject({ code: 5, err: expect.stringContaining('cortex stop') });
  expect((await cortex('stop')).code).toBe(0);
  expect(await again.ended).toBe(0);

  writeFileSync(join(work, '.cortex', 'notes.txt'), 'mine');
  expect((await cortex('uninstall')).out).toMatch(/^ {2}\.cortex\/nats {2}\d+ MiB$/m);
  expect(existsSync(join(work, '.cortex', 'nats'))).toBe(true);
  expect((await cortex('uninstall', '--yes')).code).toBe(0);
  expect(readdirSync(join(work, '.cortex'))).toEqual(['notes.txt']);
  expect(existsSync(join(work, 'cortex.yaml'))).toBe(true);
  expect((await cortex('uninstall')).out).toContain('nothing of Cortex');
}, 180_000);
