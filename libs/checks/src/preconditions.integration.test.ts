import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Instance } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord } from '@cortex/contracts';
import { runCheck } from './run-check.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-preconditions-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function check(type: string, params: JsonRecord = {}): Promise<CheckOutcome> {
  const target = { service: 'shop', instance: 'shop-1' };
  const definition = { name: type, type, tier: 'shallow' as const, target, params, timeoutMs: 5_000, retries: 0 };
  return runCheck(definition, Instance.parse({ id: 'shop-1' }), { now: () => new Date() });
}

describe('writable_filesystem', () => {
  it('writes to every folder and leaves nothing behind', async () => {
    expect(await check('writable_filesystem', { path: [folder, folder] })).toMatchObject({ result: 'pass' });
    expect(await readdir(folder)).toEqual([]);
    expect(await check('writable_filesystem')).toMatchObject({ result: 'pass' });
  });

  it('fails where nothing can be written', async () => {
    expect(await check('writable_filesystem', { path: '/proc' })).toMatchObject({
      result: 'fail',
    });
    expect(await check('writable_filesystem', { path: [folder, join(folder, 'gone')] })).toMatchObject({
      result: 'fail',
    });
    expect(await check('writable_filesystem', { path: [] })).toMatchObject({ result: 'error' });
  });
});

describe('no_active_backups', () => {
  it('passes on absent lock files and on those of processes that are gone', async () => {
    const lock = join(folder, 'backup.lock');
    expect(await check('no_active_backups', { lock_files: lock })).toMatchObject({ result: 'pass' });

    const child = spawn('true');
    await once(child, 'exit');
    await writeFile(lock, String(child.pid));
    expect(await check('no_active_backups', { lock_files: lock })).toMatchObject({ result: 'pass' });
  });

  it('fails on a lock file of a live process, on one without a pid and on one that is locked', async () => {
    const lock = join(folder, 'backup.lock');
    await writeFile(lock, String(process.pid));
    expect((await check('no_active_backups', { lock_files: [lock] })).detail).toContain('is alive');

    await writeFile(lock, '');
    expect((await check('no_active_backups', { lock_files: [lock] })).detail).toContain('names no process');

    const holder = spawn('flock', [lock, 'sleep', '60'], { stdio: 'ignore', detached: true });
    try {
      await once(holder, 'spawn');
      await expect
        .poll(async () => (await check('no_active_backups', { lock_files: lock })).detail, { timeout: 10_000 })
        .toContain('locked');
    } finally {
      process.kill(-(holder.pid ?? Number.NaN), 'SIGKILL');
    }
  });

  it('notices a backup program by name', async () => {
    const program = join(folder, 'pg_dump');
    await copyFile('/bin/sleep', program);
    await chmod(program, 0o755);
    const backup = spawn(program, ['60']);
    try {
      await once(backup, 'spawn');
      await expect
        .poll(async () => (await check('no_active_backups')).detail, { timeout: 10_000 })
        .toContain(`pg_dump is running as process ${backup.pid}`);
    } finally {
      backup.kill('SIGKILL');
    }
  });
});

describe('sufficient_permissions', () => {
  it('asks for each right on each path', async () => {
    const script = join(folder, 'run.sh');
    await writeFile(script, '#!/bin/sh\n', { mode: 0o600 });
    expect(await check('sufficient_permissions', { readable: script, writable: [folder, script] })).toMatchObject({
      result: 'pass',
    });
    const refused = await check('sufficient_permissions', { executable: script, readable: join(folder, 'gone') });
    expect(refused).toMatchObject({ result: 'fail' });
    expect(refused.detail).toContain('is not executable');
    expect(refused.detail).toContain('is not readable');
  });

  it('works without parameters and refuses an empty list', async () => {
    expect(await check('sufficient_permissions')).toMatchObject({ result: 'pass' });
    expect(await check('sufficient_permissions', { readable: [] })).toMatchObject({ result: 'error' });
  });
});
