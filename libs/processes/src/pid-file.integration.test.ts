import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPidFile, writePidFile } from './pid-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-pid-file-'));
  path = join(folder, 'shop.pid');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('reads back what it wrote, and when', async () => {
  await writePidFile(path, 4711);
  expect(await readPidFile(path)).toMatchObject({ status: 'pid', pid: 4711, writtenAtMs: expect.any(Number) });
});

it.each(['42', ' 42\n', '42\nnode shop.mjs\n', `42 ${'x'.repeat(500)}`])(
  'takes the pid at the start of %j',
  async (text) => {
    await writeFile(path, text);
    expect(await readPidFile(path)).toMatchObject({ status: 'pid', pid: 42 });
  },
);

it.each(['', '\n', '0', '-42', 'pid 42', '42x', '12345678901', `${' '.repeat(62)}4711`])(
  'takes no pid from %j',
  async (text) => {
    await writeFile(path, text);
    expect(await readPidFile(path)).toEqual({ status: 'no_pid' });
  },
);

it('distinguishes a missing file from an unreadable one', async () => {
  expect(await readPidFile(path)).toEqual({ status: 'missing' });
  expect(await readPidFile(folder)).toMatchObject({ status: 'unreadable', error: { code: 'EISDIR' } });
});
