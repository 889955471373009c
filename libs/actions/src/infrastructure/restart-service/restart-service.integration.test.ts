import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLiveProcess } from '@cortex/processes';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonRecord } from '@cortex/contracts';
import { exampleContext, exampleTarget } from '../../test-data/context.ts';
import { snapshot } from '../../test-data/snapshot.ts';
import { marker, markerVariable } from './process-target.ts';
import { restartService, restartServiceWith } from './restart-service.ts';

/** Notes each start in a file, then serves for ever. */
const serverScript = `
  const fs = require('node:fs');
  const fork = () => require('node:child_process').spawn(process.execPath, [__filename, 'worker'], { stdio: 'ignore' });
  const isMain = process.argv[2] !== 'worker';
  if (isMain && process.env.WORKER) fork();
  fs.appendFileSync(process.env[isMain ? 'STARTS' : 'WORKER'], process.pid + '\\n');
  if (process.env.STUBBORN) process.on('SIGTERM', () => {});
  if (process.env.BROKEN && fs.existsSync(process.env.BROKEN)) {
    fs.writeSync(2, fs.readFileSync(process.env.BROKEN));
    process.exit(3);
  }
  setInterval(() => {}, 1000);`;

describe('restart_service of a process', () => {
  let folder: string;
  let env: Record<string, string>;
  const params = (input: object = {}) =>
    restartService.params.parse({ grace_period: '500ms', timeout: '10s', ...input });
  const facts = () => ({
    pidFile: join(folder, 'server.pid'),
    startCommand: [process.execPath, join(folder, 'server.cjs')],
    cwd: folder,
    logFile: join(folder, 'server.log'),
    env,
  });
  const context = (signal?: AbortSignal) => exampleContext({ process: facts() }, signal);
  const pid = async () => Number(await readFile(facts().pidFile, 'utf8'));
  const lines = async (name: string) =>
    (await readFile(join(folder, name), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const starts = () => lines('starts');
  const act = async (input: object = {}) =>
    restartService.act(params(input), context(), await restartService.observe(params(), context()));
  const probe = (before: JsonRecord) => restartService.probe?.(params(), context(), before);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-restart-'));
    env = { STARTS: join(folder, 'starts') };
    await writeFile(join(folder, 'server.cjs'), serverScript);
  });
  afterEach(async () => {
    for (const started of [...(await starts()), ...(await lines('workers'))]) kill(Number(started));
    await rm(folder, { recursive: true, force: true });
  });

  it('starts what does not run, then replaces what runs', async () => {
    expect(await act()).toMatchObject({ ok: true });
    const first = await pid();
    expect(await readLiveProcess(first)).toBeDefined();
    expect(await act()).toMatchObject({ ok: true });
    const second = await pid();
    expect(second).not.toBe(first);
    expect(await readLiveProcess(first)).toBeUndefined();
    expect(await readLiveProcess(second)).toBeDefined();
    expect(await starts()).toHaveLength(2);
  });

  it('kills a process that ignores SIGTERM', async () => {
    env = { ...env, STUBBORN: '1' };
    await act();
    const first = await pid();
    await expect.poll(starts).toHaveLength(1);
    expect(await act()).toMatchObject({ ok: true, detail: expect.stringContaining('SIGKILL') });
    expect(await readLiveProcess(first)).toBeUndefined();
  });

  it('ends a stopped process by SIGTERM, which it heeds once it is continued', async () => {
    await act();
    const first = await pid();
    await expect.poll(starts).toHaveLength(1);
    process.kill(first, 'SIGSTOP');
    await expect.poll(async () => (await readLiveProcess(first))?.isStopped).toBe(true);
    const result = await act({ grace_period: '10s' });
    expect(result).toMatchObject({ ok: true, detail: expect.stringContaining(`${first} ended by SIGTERM`) });
    expect(await pid()).not.toBe(first);
  });

  it('never kills a process that was given the pid of a dead one', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await writeFile(facts().pidFile, String(stranger.pid));
      await utimes(facts().pidFile, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
      expect(await restartService.guard?.(params(), context())).toBeUndefined();
      expect(await act()).toMatchObject({ ok: true });
      expect(await readLiveProcess(stranger.pid ?? 0)).toBeDefined();
      expect(await pid()).not.toBe(stranger.pid);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('refuses a pid file that names a process of another program, or Cortex itself', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await writeFile(facts().pidFile, String(stranger.pid));
      expect(await restartService.guard?.(params(), context())).toMatch(/not the start command/);
      expect(await act()).toMatchObject({ ok: false });
      await writeFile(facts().pidFile, String(process.pid));
      expect(await restartService.guard?.(params(), context())).toMatch(/Cortex's own or init/);
      expect(await readLiveProcess(stranger.pid ?? 0)).toBeDefined();
      expect(await starts()).toEqual([]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('determines after a crash whether the restart happened', async () => {
    await act();
    const before = await restartService.observe(params(), context());
    expect(await probe(before)).toBe('no_effect');
    kill(await pid());
    const first = await pid();
    await expect.poll(() => readLiveProcess(first)).toBeUndefined();
    expect(await probe(before)).toBe('no_effect');
    await act();
    expect(await probe(before)).toBe('took_effect');
    expect(await starts()).toHaveLength(2);
  });

  it('finds a process whose pid file was never written, and starts no second one', async () => {
    const before = await restartService.observe(params(), context());
    const orphan = spawn(process.execPath, [join(folder, 'server.cjs')], {
      detached: true,
      stdio: 'ignore',
      env: { ...env, [markerVariable]: marker({ target: exampleTarget, facts: facts() }) },
    });
    orphan.unref();
    await expect.poll(starts).toHaveLength(1);
    expect(await probe(before)).toBe('took_effect');
    expect(await pid()).toBe(orphan.pid);
    await unlink(facts().pidFile);
    expect(await restartService.undo?.(params(), context(), before)).toMatchObject({ ok: true });
    expect(await starts()).toHaveLength(1);
    expect(await pid()).toBe(orphan.pid);
  });

  it('starts one process when two are told to start it at once', async () => {
    await Promise.all([
      restartService.undo?.(params(), context(), {}),
      restartService.undo?.(params(), context(), {}),
      restartService.undo?.(params(), context(), {}),
    ]);
    // It says so itself, once it has come that far.
    await vi.waitFor(async () => expect(await starts()).toHaveLength(1), { timeout: 5_000 });
  });

  it('takes over the start lock of a dead process', async () => {
    await writeFile(`${facts().pidFile}.starting`, '999999999 1');
    expect(await restartService.undo?.(params(), context(), {})).toMatchObject({ ok: true });
  });

  it('undoes by making sure that it runs, without an interruption', async () => {
    await act();
    const running = await pid();
    expect(await restartService.undo?.(params(), context(), {})).toMatchObject({ ok: true });
    expect(await pid()).toBe(running);
    expect(await starts()).toHaveLength(1);
  });

  it('reports a process that dies at its start, as half done', async () => {
    env = { ...env, BROKEN: join(folder, 'broken') };
    await writeFile(join(folder, 'broken'), '');
    const result = await act();
    expect(result).toMatchObject({ ok: false, partial: true, detail: expect.stringContaining('status 3') });
  });

  it('says with which last words a process died at its start, and none of an earlier one', async () => {
    await writeFile(facts().logFile, 'it listens on port 80\n');
    env = { ...env, BROKEN: join(folder, 'broken') };
    await writeFile(join(folder, 'broken'), '');
    expect(await act()).toMatchObject({ detail: expect.stringContaining(`it wrote nothing to ${facts().logFile}`) });
    await writeFile(join(folder, 'broken'), 'reading the configuration\nport 80 is in use\n\n');
    const words = `status 3; its last line in ${facts().logFile}: port 80 is in use`;
    expect(await act()).toMatchObject({ detail: expect.stringContaining(words) });
  });

  it('says with which last words the process died that is started anew', async () => {
    await act();
    await writeFile(facts().logFile, 'Error: out of file descriptors\n');
    const first = await pid();
    kill(first);
    await expect.poll(() => readLiveProcess(first)).toBeUndefined();
    const words = `it was not running; its last line in ${facts().logFile}: Error: out of file descriptors; process `;
    expect(await act()).toMatchObject({ ok: true, detail: expect.stringContaining(words) });
  });

  it('does nothing when it was interrupted before it began', async () => {
    await act();
    const running = await pid();
    const interrupted = context(AbortSignal.abort());
    expect(await restartService.act(params(), interrupted, {})).toMatchObject({ ok: false });
    expect(await pid()).toBe(running);
    expect(await readLiveProcess(running)).toBeDefined();
  });

  it('changes nothing in a dry run', async () => {
    await act();
    const [running, before] = [await pid(), await snapshot(folder)];
    expect(await restartService.dryRun(params(), context())).toMatchObject({
      ok: true,
      detail: expect.stringContaining(`would end process ${running}`),
    });
    expect(await snapshot(folder)).toEqual(before);
    expect(await readLiveProcess(running)).toBeDefined();
  });

  describe('asks what can be known of the start before it ends anything', () => {
    const missing = '/nonexistent/server-1.99';
    const badStarts: Record<string, () => object> = {
      [`start_command names ${missing}, which does not exist: nothing was ended; `]: () => ({
        startCommand: [missing],
      }),
      'start_command names ./server-1.99, which does not exist in /tmp: nothing was ended; ': () => ({
        startCommand: ['./server-1.99'],
        cwd: '/tmp',
      }),
      'start_command names server-1.99, which is in no folder of its PATH, /nowhere:/bin: nothing was ended; ': () => ({
        startCommand: ['server-1.99'],
        env: { ...env, PATH: '/nowhere:/bin' },
      }),
      'may not execute: nothing was ended; ': () => ({ startCommand: [join(folder, 'server.cjs')] }),
      'which is a folder: nothing was ended; ': () => ({ startCommand: [folder] }),
      'its working directory, /nonexistent, does not exist: nothing was ended; ': () => ({ cwd: '/nonexistent' }),
      'whose interpreter, /nonexistent/sh, does not exist: nothing was ended; ': () => ({
        startCommand: [join(folder, 'script')],
      }),
    };
    const bad = (words: string) => exampleContext({ process: { ...facts(), ...badStarts[words]?.() } });
    beforeEach(() => writeFile(join(folder, 'script'), '#!/nonexistent/sh\n', { mode: 0o755 }));

    it.each(Object.keys(badStarts))('%s', async (words) => {
      await act();
      const running = await pid();
      expect(await restartService.guard?.(params(), bad(words))).toContain(words);
      const result = await restartService.act(params(), bad(words), {});
      expect(result).toEqual({ ok: false, detail: expect.stringContaining(words) });
      expect(await readLiveProcess(running)).toBeDefined();
      expect(await pid()).toBe(running);
      expect(await starts()).toHaveLength(1);
    });

    it('finds a program as the start does: from the working directory, by the PATH of the process', async () => {
      await mkdir(join(folder, 'bin'));
      await symlink(process.execPath, join(folder, 'bin', 'server'));
      for (const [program, PATH] of [
        ['bin/server', '/nowhere'],
        ['server', '/nowhere:bin'],
      ] as const) {
        const process = { ...facts(), startCommand: [program, 'server.cjs'], env: { ...env, PATH } };
        expect(await restartService.guard?.(params(), exampleContext({ process }))).toBeUndefined();
        expect(await restartService.act(params(), exampleContext({ process }), {})).toMatchObject({ ok: true });
      }
    });

    it('says so beside a running process that is not known for the start command', async () => {
      await act();
      await writeFile(facts().pidFile, `${process.ppid}`);
      const [words = ''] = Object.keys(badStarts);
      expect(await restartService.guard?.(params(), bad(words))).toMatch(
        /^\S+ names process \d+, .*; start_command names/,
      );
    });

    /** The main process is killed, and its worker goes on. */
    async function leaveWorker(): Promise<{ readonly main: number; readonly worker: number }> {
      env = { ...env, WORKER: join(folder, 'workers') };
      await act();
      const main = await pid();
      await expect.poll(() => lines('workers'), { timeout: 10_000 }).toHaveLength(1);
      kill(main);
      await expect.poll(() => readLiveProcess(main)).toBeUndefined();
      return { main, worker: Number((await lines('workers'))[0]) };
    }

    it('and leaves alone what is left of a process that is gone', async () => {
      const { main, worker } = await leaveWorker();
      const [words = ''] = Object.keys(badStarts);
      expect(await restartService.guard?.(params(), bad(words))).toContain(words);
      for (const turn of [restartService.act, restartService.undo]) {
        const result = await turn?.(params(), bad(words), {});
        expect(result).toEqual({ ok: false, detail: expect.stringContaining(words) });
      }
      expect(await readLiveProcess(worker)).toBeDefined();
      expect(await pid()).toBe(main);
    });

    it('and says that it has ended what was left, when the start succeeds', async () => {
      const { main, worker } = await leaveWorker();
      const words = `; ended what was left of process ${main}: 1 process; process `;
      expect(await act()).toMatchObject({ ok: true, detail: expect.stringContaining(words) });
      expect(await readLiveProcess(worker)).toBeUndefined();
    });

    it('and when it fails', async () => {
      const { main, worker } = await leaveWorker();
      env = { ...env, BROKEN: join(folder, 'broken') };
      await writeFile(join(folder, 'broken'), '');
      const words = `; ended what was left of process ${main}: 1 process; the new process ended at once`;
      expect(await act()).toMatchObject({ ok: false, partial: true, detail: expect.stringContaining(words) });
      expect(await readLiveProcess(worker)).toBeUndefined();
    });
  });

  it('refuses to restart anything but its target', async () => {
    expect(await restartService.guard?.(params({ service_name: 'other' }), context())).toMatch(/the target is shop/);
    expect(await restartService.guard?.(params({ service_name: 'shop' }), context())).toBeUndefined();
    expect(await restartService.guard?.(params(), exampleContext())).toMatch(/in the catalogue/);
  });
});

describe('restart_service of a systemd unit', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-systemd-'));
    // Stands in for systemctl: records every call, and gives the unit a new process at each start.
    await writeFile(
      join(folder, 'systemctl'),
      `#!${process.execPath}
const fs = require('node:fs');
const at = (name) => require('node:path').join(__dirname, name);
const args = process.argv.slice(2);
fs.appendFileSync(at('calls'), JSON.stringify(args) + '\\n');
const count = fs.existsSync(at('count')) ? Number(fs.readFileSync(at('count'), 'utf8')) : 1;
if (args[0] === 'restart') fs.writeFileSync(at('count'), String(count + 1));
if (args[0] === 'show') console.log('ActiveState=active\\nLoadState=loaded\\nMainPID=' + (100 + count) + '\\nInvocationID=i' + count);
`,
    );
    await chmod(join(folder, 'systemctl'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('calls systemctl by argument list and compares the main process', async () => {
    const action = restartServiceWith({ systemctl: join(folder, 'systemctl') });
    const context = exampleContext({ systemd: { unit: 'shop.service' } });
    const params = action.params.parse({ service_name: 'shop' });
    expect(await action.guard?.(params, context)).toBeUndefined();
    const before = await action.observe(params, context);
    expect(before).toMatchObject({ mainPid: 101, invocationId: 'i1' });
    expect(await action.probe?.(params, context, before)).toBe('no_effect');
    expect(await action.act(params, context, before)).toMatchObject({ ok: true });
    expect(await action.probe?.(params, context, before)).toBe('took_effect');
    const calls = (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
    expect(calls).toContain('["restart","--","shop.service"]');
  });
});

describe('the parameters of restart_service', () => {
  it('hold no service name that could be an option, and reach nothing but the target', async () => {
    const start = fc.constantFrom('-', '--force', ';', '$(id)', '\n', '', ' ', '../', 'shop;');
    await fc.assert(
      fc.asyncProperty(start, fc.string({ maxLength: 4 }), async (first, rest) => {
        const name = first + rest;
        fc.pre(name !== exampleTarget.service && name !== exampleTarget.instance);
        const parsed = restartService.params.safeParse({ service_name: name });
        const facts = { pidFile: '/nonexistent/pid', startCommand: ['/bin/true'] };
        const refused = parsed.success
          ? await restartService.guard?.(parsed.data, exampleContext({ process: facts }))
          : 'does not parse';
        expect(refused).toMatch(/does not parse|the target is shop/);
      }),
      { numRuns: 1_000 },
    );
  });
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
