import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Instance } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { runCheck } from '../../run-check.ts';

let folder: string;
let pidFile: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-process-'));
  pidFile = join(folder, 'shop.pid');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function start(program: string, ...argv: readonly string[]): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('no pid');
  return { child, pid: child.pid };
}

function check(params: JsonRecord = {}): Promise<CheckOutcome> {
  const target = { service: 'shop', instance: 'shop-1' };
  const definition = { name: 'process', type: 'process_running', tier: 'shallow' as const, target, params };
  const facts = Instance.parse({ id: 'shop-1', process: { pidFile } });
  return runCheck({ ...definition, timeoutMs: 2_000, retries: 0 }, facts, { now: () => new Date() });
}

describe('process_running', () => {
  it('follows a process through its life, by the pid file of the instance', async () => {
    expect((await check()).detail).toContain('does not exist');

    const { child, pid } = await start('sleep', '60');
    await writeFile(pidFile, `${pid}\n`);
    expect(await check()).toMatchObject({ result: 'pass', evidence: { pid } });

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await check()).toMatchObject({ result: 'fail' });
  });

  it('matches the program, and the script that it runs', async () => {
    const { pid } = await start('sleep', '60');
    await writeFile(pidFile, String(pid));
    expect(await check({ process_name: 'sleep' })).toMatchObject({ result: 'pass' });
    const other = await check({ process_name: 'nginx' });
    expect(other).toMatchObject({ result: 'fail' });
    expect(other.detail).toContain('not nginx');

    const script = join(folder, 'a-shop-with-a-rather-long-name.mjs');
    await writeFile(script, 'setInterval(() => undefined, 1000)');
    const node = await start(process.execPath, script);
    await writeFile(pidFile, String(node.pid));
    expect(await check({ process_name: 'a-shop-with-a-rather-long-name.mjs' })).toMatchObject({ result: 'pass' });
    expect(await check({ process_name: 'node' })).toMatchObject({ result: 'pass' });
  });

  it('calls a zombie not running', async () => {
    // The parent never collects its child: by then it has become `sleep`, which does not know that it has one.
    const { child } = await start('/bin/sh', '-c', 'sleep 0.3 & echo $!; exec sleep 60');
    const [output] = await once(child.stdout ?? child, 'data');
    await writeFile(pidFile, String(output));
    await expect.poll(async () => (await check()).detail, { timeout: 10_000 }).toContain('zombie');
    expect(await check()).toMatchObject({ result: 'fail' });
  });

  it('says when it is stopped, and passes when it goes on', async () => {
    const { child, pid } = await start('sleep', '60');
    await writeFile(pidFile, String(pid));
    child.kill('SIGSTOP');
    await expect.poll(async () => (await check()).detail, { timeout: 10_000 }).toContain(`process ${pid} is stopped`);
    child.kill('SIGCONT');
    await expect.poll(async () => (await check()).result, { timeout: 10_000 }).toBe('pass');
  });

  it('finds a process by its name, wherever its pid is written', async () => {
    const name = 'a-shop-of-its-own-name.mjs';
    const byName = { process_name: name, check_method: 'name' };
    expect(await check(byName)).toMatchObject({ result: 'fail', evidence: { processes: 0 } });
    const script = join(folder, name);
    await writeFile(script, 'setInterval(() => undefined, 1000)');
    const { child, pid } = await start(process.execPath, script);
    expect(await check(byName)).toMatchObject({ result: 'pass', evidence: { pids: [pid] } });
    child.kill('SIGSTOP');
    await expect.poll(async () => (await check(byName)).detail, { timeout: 10_000 }).toContain('is stopped');
    expect(await check({ check_method: 'name' })).toMatchObject({ result: 'error' });
    expect(await check({ ...byName, pid_file: '/run/x.pid' })).toMatchObject({ result: 'error' });
  });

  it('does not take another process for its own that got the number later', async () => {
    const { pid } = await start('sleep', '60');
    await writeFile(pidFile, String(pid));
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(pidFile, anHourAgo, anHourAgo);
    const outcome = await check();
    expect(outcome).toMatchObject({ result: 'fail' });
    expect(outcome.detail).toContain('given to another process');
    expect(await check({ pid_file_may_be_older: true })).toMatchObject({ result: 'pass' });
  });

  it('refuses a pid file without a pid', async () => {
    for (const text of ['', 'nginx', '-1', '0', '12x', '99999999999']) {
      await writeFile(pidFile, text);
      expect({ text, ...(await check()) }).toMatchObject({ text, result: 'fail' });
    }
  });

  it('takes /run/<name>.pid where no pid file is named', async () => {
    const target = { service: 'shop', instance: 'shop-1' };
    const base = { name: 'p', type: 'process_running', tier: 'shallow' as const, target, timeoutMs: 1_000, retries: 0 };
    const run = (params: JsonRecord) =>
      runCheck({ ...base, params }, Instance.parse({ id: 'shop-1' }), { now: () => new Date() });
    expect((await run({ process_name: 'no-such-daemon', check_method: 'pid_file' })).detail).toContain(
      '/run/no-such-daemon.pid',
    );
    expect(await run({})).toMatchObject({ result: 'error' });
  });
});
