import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
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
  return upWith({}, ...words);
}

async function upWith(environment: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const child = spawn(process.execPath, [binary, 'up', ...words], {
    cwd: work,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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

/**
 * On a port that, as those after it, no outgoing connection is given: beside other tests one of a whole row of such ports
 * would be taken between the look at it and its use.
 */
async function listenBelowEphemeral(): Promise<Server> {
  for (let port = 20_000 + (process.pid % 10_000); ; port += 1) {
    const server = createServer();
    const listens = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (listens) return server;
  }
}

test.each([
  ['one process', []],
  ['a process each', ['--processes']],
])(
  '%s: ports are as asked for, a taken one is replaced and named, and other commands find the stack',
  async (_, layout) => {
    const taken = await listenBelowEphemeral();
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
    'fail  channels       anna, webhook: the secret env:NOT_SET_ANYWHERE cannot be read: the variable is not set\n      fix: export NOT_SET_ANYWHERE=',
  );
  expect(out).toContain(`anna, webhook: 127.0.0.1:${nobody} does not answer (ECONNREFUSED)`);
  expect(out).not.toContain('a-secret-path');
  expect(out).toContain(`fail  ports          ${port} (telemetry, collector.otlp.port) is taken`);
  expect(out).toMatch(/^fail {2}nats {11}nats:\/\/127\.0\.0\.1:1: /m);
  writeFileSync(join(work, 'wrong.yaml'), 'version: 1\nservics: []\n');
  expect(await verdicts('--config', 'wrong.yaml')).toMatchObject({ configuration: 'fail' });
  expect(await verdicts('--config', 'missing.yaml')).toMatchObject({ configuration: 'fail' });
});

test('a secret that only the shell of the doctor lacks is a warning; one that the services miss too fails', async () => {
  const receiver = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  writeFileSync(
    join(work, 'paged.yaml'),
    `version: 1
services: [{ name: shop, instances: [{ id: shop-1 }] }]
collector: { otlp: { port: 0 } }
console: { port: 0 }
escalation:
  contacts: [{ name: anna, channels: [{ type: webhook, url: 'http://127.0.0.1:${port}/', secret: env:ONLY_OF_THE_STACK }] }]
`,
  );
  const words = ['--config', 'paged.yaml', '--nats-port', '0', '--ports', '0'];
  const has = await upWith({ ONLY_OF_THE_STACK: 'x' }, ...words);
  const warned = await cortex('doctor', '--config', 'paged.yaml');
  expect(warned.out).toContain(
    'warn  channels       anna, webhook: env:ONLY_OF_THE_STACK is not set in this shell; the running services have what they need\n',
  );
  expect(warned.out).not.toMatch(/^fail/m);
  expect(warned.code).toBe(0);
  await cortex('stop');
  await has.ended;

  const lacks = await up(...words, '--allow-missing-secrets');
  await eventually(
    async () => {
      const { code, out } = await cortex('doctor', '--config', 'paged.yaml');
      expect(out).toMatch(/^fail {2}channels {7}anna, webhook: .*; the running services miss it too$/m);
      expect(code).toBe(1);
    },
    { timeoutMs: 20_000 },
  );
  await cortex('stop');
  await lacks.ended;
  receiver.close();
}, 120_000);

test('a reload of a file that the services do not read names theirs, and what to do', async () => {
  const { ended } = await up('--nats-port', '0', '--ports', '0');
  const other = join(folder.path, 'other.yaml');
  const own = join(work, 'cortex.yaml');
  writeFileSync(other, `${readFileSync(own, 'utf8')}safety: { hold_retry: 7s }\n`);
  const { code, out, err } = await cortex('reload', '--config', other, '--by', 'ada');
  expect(code).toBe(1);
  expect(out).toContain(`refused: it reads ${own}, and the files there are not those that were validated`);
  expect(err).toContain(`the services read ${own}, not ${other}\n  fix: `);
  expect(err).toContain(`\`cortex reload --config ${own}\``);
  await cortex('stop');
  await ended;
}, 120_000);

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
