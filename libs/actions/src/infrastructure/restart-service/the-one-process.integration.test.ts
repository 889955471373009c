import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasVariable, readIdentity, readLiveProcess, readLiveProcesses } from '@cortex/processes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleContext, exampleTarget } from '../../test-data/context.ts';
import { actInOwnMounts, mayMount } from '../../test-data/own-mounts.ts';
import { marker, markerVariable } from './process-target.ts';
import { restartService } from './restart-service.ts';

const isRoot = process.getuid?.() === 0;

/** `program.cjs WHAT …`: becomes what its first argument says. */
const program = `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const [what, ...args] = process.argv.slice(2);
const again = (how, options) => spawn(process.execPath, [__filename, ...how], { stdio: 'ignore', ...options });
const live = () => setInterval(() => {}, 1000);
// A session of its own, and not its leader, as after the second fork.
if (what === 'daemon') again(['fork', ...args], { detached: true }).once('spawn', () => process.exit(0));
if (what === 'fork') again(['daemonized', ...args]).once('spawn', () => process.exit(0));
if (what === 'daemonized') {
  if (args[0]) fs.writeFileSync(args[0], process.pid + '\\n');
  live();
}
if (what === 'idle') live();
// The worker has the socket of its master, in a session of its own.
if (what === 'master') {
  const [port, pidFile] = args;
  process.on('SIGTERM', () => {});
  const server = net.createServer().once('error', () => process.exit(98));
  server.listen(Number(port), '127.0.0.1', () => {
    const worker = again(['worker', port], { detached: true, stdio: ['ignore', 'ignore', 'ignore', server._handle.fd] });
    worker.once('spawn', () => fs.writeFileSync(pidFile, process.pid + '\\n'));
  });
}
if (what === 'worker') {
  process.on('SIGTERM', () => {});
  live();
}`;

describe('restart_service restarts the one process that is meant', () => {
  let folder: string;
  let script: string;
  let pidFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-the-one-'));
    script = join(folder, 'program.cjs');
    pidFile = join(folder, 'shop.pid');
    await writeFile(script, program);
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    for (const { pid } of await copies()) kill(pid);
    await rm(folder, { recursive: true, force: true });
  });

  const params = restartService.params.parse({ grace_period: '300ms', timeout: '5s' });
  const context = (argv: readonly string[], more: object = {}) =>
    exampleContext({ process: { pidFile, startCommand: [process.execPath, script, ...argv], cwd: folder, ...more } });
  const act = (argv: readonly string[], more?: object) => restartService.act(params, context(argv, more), {});
  const guard = (argv: readonly string[], more?: object) => restartService.guard?.(params, context(argv, more));
  /** Every live process of this test, by the arguments that it has. */
  const copies = async (what = '') =>
    (await readLiveProcesses()).filter(
      ({ argv }) => argv.some((word) => word.startsWith(folder)) && argv.includes(what || script),
    );
  const named = async () => Number(await readFile(pidFile, 'utf8'));

  async function start(argv: readonly string[], options: SpawnOptions = {}): Promise<number> {
    const child = spawn(process.execPath, [script, ...argv], {
      stdio: 'ignore',
      cwd: folder,
      detached: true,
      ...options,
    });
    child.unref();
    const pid = child.pid ?? 0;
    await expect.poll(async () => (await readLiveProcess(pid))?.argv.includes(script)).toBe(true);
    return pid;
  }

  it.each(['', 'a pid file of its own'])('that becomes a daemon by forking twice, with %j', async (own) => {
    const argv = ['daemon', ...(own === '' ? [] : [pidFile])];
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await act(argv)).toMatchObject({ ok: true });
      const running = await copies('daemonized');
      expect(running.map(({ pid }) => pid)).toEqual([await named()]);
      expect(await copies()).toHaveLength(1);
    }
  });

  it('whose clock was set forward: times prove nothing against the start command', async () => {
    const pid = await start(['idle']);
    await writeFile(pidFile, `${pid}`);
    await utimes(pidFile, 0, 0);
    expect(await act(['idle'])).toMatchObject({ ok: true, detail: expect.stringContaining(`process ${pid} ended`) });
    expect(await copies()).toHaveLength(1);
  });

  it.each([[['idle', '8080']], [['other', 'idle']], [['idle', 'more']]])(
    'and none that has words of the command: %j',
    async (theirs) => {
      const pid = await start(theirs);
      await writeFile(pidFile, `${pid}`);
      expect(await guard(['idle', 'web', '8080'])).toMatch(/not the start command/);
      expect(await act(['idle', 'web', '8080'])).toMatchObject({ ok: false });
      expect(await readLiveProcess(pid)).toBeDefined();
    },
  );

  it('and none of another executable with the same arguments', async () => {
    const shell = spawn('/bin/sh', ['-c', 'sleep 60; :', script, 'idle'], { stdio: 'ignore' });
    try {
      await writeFile(pidFile, `${shell.pid}`);
      const facts = { startCommand: [process.execPath, '-c', 'sleep 60; :', script, 'idle'] };
      expect(await guard([], facts)).toMatch(/not the start command/);
    } finally {
      shell.kill('SIGKILL');
    }
  });

  it('that was started by hand through a script which becomes another program', async () => {
    const [shims, versions] = [join(folder, 'shims'), join(folder, 'versions')];
    await Promise.all([mkdir(shims), mkdir(versions)]);
    await symlink(process.execPath, join(versions, 'fakepy'));
    await writeFile(join(shims, 'fakepy'), `#!/bin/sh\nexec '${join(versions, 'fakepy')}' "$@"\n`, { mode: 0o755 });
    const facts = (...argv: readonly string[]) => ({
      startCommand: ['fakepy', script, ...argv],
      env: { PATH: `${shims}:/usr/bin:/bin` },
    });
    const byHand = spawn(join(shims, 'fakepy'), [script, 'idle'], { stdio: 'ignore', cwd: folder, detached: true });
    byHand.unref();
    const pid = byHand.pid ?? 0;
    await expect.poll(async () => (await readLiveProcess(pid))?.argv[0]).toBe(join(versions, 'fakepy'));
    await writeFile(pidFile, `${pid}`);
    expect(await guard([], facts('idle', 'other'))).toMatch(/not the start command; stop it, or make start_command/);
    // A program of that name, and no script that could have become this one.
    const binary = join(folder, 'fakepy');
    await symlink('/bin/sleep', binary);
    expect(await guard([], { startCommand: [binary, script, 'idle'] })).toMatch(/not the start command/);
    expect(await readLiveProcess(pid)).toBeDefined();
    expect(await guard([], facts('idle'))).toBeUndefined();
    expect(await act([], facts('idle'))).toMatchObject({
      ok: true,
      detail: expect.stringContaining(`process ${pid} ended`),
    });
    expect((await copies('idle')).map((one) => one.pid)).toEqual([await named()]);
  });

  it('with the worker that keeps its port, but not what shares its group', async () => {
    const port = await freePort();
    const master = ['master', String(port), pidFile];
    const line = `"$1" "$2" ${master.map((word) => `"${word}"`).join(' ')} & "$1" "$2" idle & wait`;
    spawn('/bin/sh', ['-c', line, 'sh', process.execPath, script], { stdio: 'ignore', detached: true }).unref();
    await expect.poll(async () => (await copies('worker')).length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await copies('idle')).length, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => readFile(pidFile, 'utf8').catch(() => '')).not.toBe('');
    const [[worker], [idle]] = [await copies('worker'), await copies('idle')];
    expect(await act(master)).toMatchObject({ ok: true });
    expect(await readLiveProcess(worker?.pid ?? 0)).toBeUndefined();
    expect(await readLiveProcess(idle?.pid ?? 0)).toBeDefined();
    expect(await copies('master')).toHaveLength(1);
    for (const { pid } of [...(await copies('worker')), ...(await copies('master'))]) kill(pid);
    if (idle !== undefined) kill(idle.group * -1);
  });

  it('with what is left of one that was killed, before it starts', async () => {
    expect(await act(['idle'])).toMatchObject({ ok: true });
    const main = await named();
    const left = await start(['worker'], {
      env: { [markerVariable]: marker({ target: exampleTarget, facts: { pidFile } }) },
      detached: false,
    });
    kill(main);
    await expect.poll(() => readLiveProcess(main)).toBeUndefined();
    // Of the same mark, and of no pid file: it is taken for the service, and ended whole.
    expect(await act(['idle'])).toMatchObject({ ok: true });
    expect(await readLiveProcess(left)).toBeUndefined();
    expect(await copies()).toHaveLength(1);
  });

  it('and starts none beside one that nothing names', async () => {
    const pid = await start(['idle'], { env: { PORT: '1' } });
    expect(await guard(['idle'])).toMatch(new RegExp(`process ${pid} runs the start command`));
    expect(await act(['idle'])).toMatchObject({ ok: false });
    expect(await copies()).toHaveLength(1);
    // Another instance of the same program is told by what the catalogue says of each.
    expect(await act(['idle'], { env: { PORT: '2' } })).toMatchObject({ ok: true });
    expect(await copies()).toHaveLength(2);
  });

  it('but one beside another instance, also when that ends while it is looked at', async () => {
    const more = { env: { PORT: '1' } };
    for (let turn = 0; turn < 20; turn += 1) {
      const pid = await start(['idle'], { env: { PORT: '2' } });
      const guarded = Array.from({ length: 3 }, () => guard(['idle'], more));
      kill(pid);
      expect(await Promise.all(guarded)).toEqual([undefined, undefined, undefined]);
    }
  });

  it('but one beside another instance, which a pid file of the same folder names', async () => {
    const pid = await start(['idle']);
    await writeFile(join(folder, 'other.pid'), `${pid}`);
    await writeFile(pidFile, `${2 ** 22 - 1}`);
    expect(await act(['idle'])).toMatchObject({ ok: true });
    expect(await copies()).toHaveLength(2);
    expect(await named()).not.toBe(pid);
  });

  it('that writes over its title', async () => {
    const titled = join(folder, 'titled.cjs');
    await writeFile(titled, `process.title = 'titled.cjs: ' + 'x'.repeat(4000); require(${JSON.stringify(script)});`);
    const facts = { startCommand: [process.execPath, titled, 'idle'] };
    for (let turn = 0; turn < 2; turn += 1) expect(await act([], facts)).toMatchObject({ ok: true });
    const running = await readLiveProcess(await named());
    expect(running?.argv[0]).toMatch(/^titled.cjs: x/);
    kill(running?.pid ?? 0);
  });

  it('by no pid file that others may write', async () => {
    const pid = await start(['idle']);
    await writeFile(pidFile, `${pid}`);
    await chmod(pidFile, 0o666);
    expect(await guard(['idle'])).toMatch(/may be written by anyone/);
    expect(await act(['idle'])).toMatchObject({ ok: false });
    expect((await copies()).map((one) => one.pid)).toEqual([pid]);
  });

  it.skipIf(!isRoot)('by no pid file of a user that names the process of another', async () => {
    const pid = await start(['idle']);
    await writeFile(pidFile, `${pid}`);
    await chown(pidFile, 65_534, 65_534);
    expect(await guard(['idle'])).toMatch(/belongs to user 65534/);
    expect((await copies()).map((one) => one.pid)).toEqual([pid]);
  });

  it.skipIf(!mayMount)('and none when it may not see it', async () => {
    const pid = await start(['idle']);
    await writeFile(pidFile, `${pid}`);
    await chown(folder, 65_534, 65_534);
    await chown(pidFile, 65_534, 65_534);
    const run = {
      mounts: [['-t', 'proc', '-o', 'hidepid=2', 'proc', '/proc']],
      action: 'restart_service',
      params: { grace_period: '300ms', timeout: '5s' },
      facts: { process: { pidFile, startCommand: [process.execPath, script, 'idle'], cwd: folder } },
      uid: 65_534,
    };
    expect(actInOwnMounts(run)).toEqual({ refused: expect.stringContaining('may not see') });
    await rm(pidFile);
    expect(actInOwnMounts(run)).toEqual({ refused: expect.stringContaining('may not see') });
    expect((await copies()).map((one) => one.pid)).toEqual([pid]);
  });
});

describe.skipIf(!isRoot)('restart_service as root gives no more than there was', () => {
  let folder: string;
  let pidFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-as-whom-'));
    pidFile = join(folder, 'shop.pid');
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    for (const { pid } of await readLiveProcesses()) {
      if (await hasVariable(pid, 'CORTEX_TEST', folder)) kill(pid);
    }
    await rm(folder, { recursive: true, force: true });
  });
  const params = restartService.params.parse({ grace_period: '300ms', timeout: '5s' });
  const startCommand = ['/bin/sleep', '600'];
  const act = (more: object = {}) =>
    restartService.act(
      params,
      exampleContext({ process: { pidFile, startCommand, env: { CORTEX_TEST: folder }, ...more } }),
      {},
    );
  const identity = async () => readIdentity(Number(await readFile(pidFile, 'utf8')));

  async function startOld(): Promise<number> {
    const line = `ulimit -n 321; umask 027; cd ${folder}; exec setpriv --reuid=65533 --regid=65532 --groups=65531,65530 /bin/sleep 600`;
    const child = spawn('/bin/sh', ['-c', line], { stdio: 'ignore', env: { CORTEX_TEST: folder } });
    const pid = child.pid ?? 0;
    await expect.poll(async () => (await readLiveProcess(pid))?.argv).toEqual(startCommand);
    await writeFile(pidFile, `${pid}`);
    return pid;
  }

  it('keeps user, group, further groups, limits, umask and working directory', async () => {
    const old = await startOld();
    const before = await readIdentity(old);
    expect(before).toMatchObject({ uid: 65_533, gid: 65_532, groups: [65_530, 65_531], umask: 0o027, cwd: folder });
    expect(before?.limits['nofile']).toEqual({ soft: '321', hard: '321' });
    expect(await act()).toMatchObject({ ok: true });
    expect(await identity()).toEqual(before);
    // Again, now that Cortex has started it and written the pid file.
    expect(await act()).toMatchObject({ ok: true });
    expect(await identity()).toEqual(before);
  });

  it('starts one that is gone as the owner of its pid file', async () => {
    const old = await startOld();
    expect(await act()).toMatchObject({ ok: true });
    expect((await stat(pidFile)).uid).toBe(65_533);
    const now = Number(await readFile(pidFile, 'utf8'));
    for (const pid of [old, now]) kill(pid);
    await expect.poll(() => readLiveProcess(now)).toBeUndefined();
    expect(await act()).toMatchObject({ ok: true });
    expect(await identity()).toMatchObject({ uid: 65_533 });
  });

  it('obeys the catalogue, and gives the home of the user', async () => {
    expect(await act({ user: 'nobody', group: '65532' })).toMatchObject({ ok: true });
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(await identity()).toMatchObject({ uid: 65_534, gid: 65_532 });
    expect(await hasVariable(pid, 'USER', 'nobody')).toBe(true);
    expect(await hasVariable(pid, 'HOME', process.env['HOME'] ?? '')).toBe(false);
  });

  it('lets a start command become the user, and knows what it became', async () => {
    const old = await startOld();
    const wrapped = ['setpriv', '--reuid=65533', '--regid=65532', '--clear-groups', ...startCommand];
    expect(await act({ startCommand: wrapped })).toMatchObject({
      ok: true,
      detail: expect.stringContaining(`${old} ended`),
    });
    expect(await identity()).toMatchObject({ uid: 65_533, groups: [] });
  });

  it('ends one that comes up as root, when it was not before', async () => {
    await startOld();
    const wrapped = ['setpriv', '--reuid=0', ...startCommand];
    expect(await act({ startCommand: wrapped })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('as root'),
    });
    const left = await Promise.all(
      (await readLiveProcesses()).map(async ({ pid }) =>
        (await hasVariable(pid, 'CORTEX_TEST', folder)) ? [pid] : [],
      ),
    );
    expect(left.flat()).toEqual([]);
  });

  it('refuses what the user may not execute, or not enter, and ends nothing', async () => {
    const old = await startOld();
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o750 });
    await symlink('/bin/sleep', join(closed, 'sleep'));
    const inClosed = { startCommand: [join(closed, 'sleep'), '600'], user: '65533' };
    const words = `names ${join(closed, 'sleep')}, which user 65533 may not execute: nothing was ended; `;
    expect(await act(inClosed)).toEqual({ ok: false, detail: expect.stringContaining(words) });
    expect(await act({ cwd: closed })).toEqual({
      ok: false,
      detail: expect.stringContaining(
        `its working directory, ${closed}, may not be entered by user 65533: nothing was ended; `,
      ),
    });
    expect(await readLiveProcess(old)).toBeDefined();
    await chown(closed, 0, 65_533);
    expect(await act(inClosed)).toMatchObject({ ok: true });
  });

  it('refuses a user whom the machine has not, and ends nothing', async () => {
    const old = await startOld();
    expect(await act({ user: 'no-such-user' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no-such-user'),
    });
    expect(await readLiveProcess(old)).toBeDefined();
    expect(await readdir(folder)).toEqual(['shop.pid']);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
