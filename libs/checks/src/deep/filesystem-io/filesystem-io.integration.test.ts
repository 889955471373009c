import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mayMount, mountHanging, mountTmpfs, temporaryFolder } from '@cortex/testing';
import type { TemporaryFolder, TestMount } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, openFiles } from '../../test/ask.ts';
import { filesystemIo } from './filesystem-io.ts';

let folder: TemporaryFolder;
let file: string;
const mounts: TestMount[] = [];
const canMount = mayMount();

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'health_check_write');
});
afterEach(async () => {
  for (const mount of mounts.splice(0)) await mount.unmount();
  folder.remove();
});

function check(params: Readonly<Record<string, string>> = {}, timeoutMs = 10_000) {
  return ask('filesystem_io', { write_test_file: file, ...params }, timeoutMs);
}

describe('filesystem_io', () => {
  it('writes, reads back and deletes, and says how fast', async () => {
    const read = join(folder.path, 'health_check_read');
    const outcome = await check({ read_test_file: read, expected_iops: '>1' });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { iops: expect.any(Number) } });
    expect(readdirSync(folder.path)).toEqual([]);
    expect(await check()).toMatchObject({ result: 'pass' });
  });

  it('takes the example of the specification as it is written', () => {
    const example = {
      write_test_file: '/tmp/health_check_write',
      read_test_file: '/tmp/health_check_read',
      expected_iops: '>100',
    };
    expect(filesystemIo.params.safeParse(example).success).toBe(true);
    for (const wrong of [{}, { write_test_file: 'here' }, { write_test_file: '/tmp/x', expected_iops: '100' }]) {
      expect(filesystemIo.params.safeParse(wrong).success).toBe(false);
    }
  });

  it('fails when it is slower than expected', async () => {
    const outcome = await check({ expected_iops: '>900000000' });
    expect(outcome).toMatchObject({ result: 'fail', evidence: { iops: expect.any(Number) } });
    expect(outcome.detail).toMatch(/\d+ writes a second, expected >900000000/);
  });

  it('leaves files of others alone, links too', async () => {
    const other = join(folder.path, 'other');
    writeFileSync(other, 'precious');
    for (const plant of [
      () => writeFileSync(file, 'precious'),
      () => symlinkSync(other, file),
      () => linkSync(other, file),
      () => mkdirSync(file),
    ]) {
      plant();
      const outcome = await check();
      expect(outcome).toMatchObject({ result: 'error' });
      expect(outcome.detail).toContain('left alone');
      expect(readFileSync(other, 'utf8')).toBe('precious');
      expect(existsSync(file)).toBe(true);
      folder.remove();
      mkdirSync(folder.path);
      writeFileSync(other, 'precious');
    }
  });

  it('takes over what an earlier look left behind', async () => {
    writeFileSync(file, 'cortex health check\nand more');
    expect(await check()).toMatchObject({ result: 'pass' });
    writeFileSync(file, '');
    expect(await check()).toMatchObject({ result: 'pass' });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('lets several look at once', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => check({ expected_iops: '>1' })));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ result: 'pass' });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('says when the folder is missing, or is none', async () => {
    expect(await check({ write_test_file: join(folder.path, 'gone', 'x') })).toMatchObject({
      result: 'fail',
      evidence: { code: 'ENOENT' },
      detail: expect.stringContaining('the folder does not exist'),
    });
    writeFileSync(join(folder.path, 'plain'), '');
    expect(await check({ write_test_file: join(folder.path, 'plain', 'x') })).toMatchObject({
      detail: expect.stringContaining('the folder is a file'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('says when it is not allowed to', async () => {
    chmodSync(folder.path, 0o500);
    expect(await check()).toMatchObject({ detail: expect.stringContaining('permission denied') });
    chmodSync(folder.path, 0o700);
  });

  it.skipIf(!canMount)(
    'says when the disk is full, and passes when there is room again; says when it is read-only',
    async () => {
      const mount = mountTmpfs(128);
      mounts.push(mount);
      file = join(mount.path, 'health_check_write');
      expect(await check({ expected_iops: '>1' })).toMatchObject({ evidence: { code: 'ENOSPC', step: 'write' } });
      expect(readdirSync(mount.path)).toEqual([]);
      expect(await check()).toMatchObject({ result: 'pass' });
      mount.makeReadOnly();
      expect(await check()).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('the file system is read-only'),
      });
    },
  );

  it.skipIf(!canMount)(
    'times out on a file system that hangs, holds nobody up and leaves no process behind',
    async () => {
      const mount = await mountHanging();
      mounts.push(mount);
      const before = openFiles();
      const hung = Array.from({ length: 8 }, (_, index) =>
        check({ write_test_file: join(mount.path, `file-${index}`) }, 1_000),
      );
      // More than the threads that Node has for files: the healthy disk is checked all the same.
      expect(await check()).toMatchObject({ result: 'pass' });
      for (const outcome of await Promise.all(hung)) expect(outcome).toMatchObject({ result: 'timeout' });
      await expect.poll(childrenOfOurs, { timeout: 10_000 }).toEqual([]);
      expect(openFiles()).toBeLessThanOrEqual(before + 1);
    },
  );

  it('leaves nothing open', async () => {
    await check();
    const before = openFiles();
    for (let run = 0; run < 100; run += 1) await check();
    expect(openFiles()).toBeLessThanOrEqual(before + 1);
  });
});

/** Probes that still run. */
function childrenOfOurs(): readonly string[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cortex health check');
    } catch {
      return false;
    }
  });
}
