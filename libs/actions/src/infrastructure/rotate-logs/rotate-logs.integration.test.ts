import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  link,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleContext } from '../../test-data/context.ts';
import { snapshot } from '../../test-data/snapshot.ts';
import { archiveTag } from './archive-name.ts';
import { cutOffWhatIsCopied } from './cut-off.ts';
import { rotateLogs } from './rotate-logs.ts';

describe('rotate_logs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-rotate-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const params = (input: object = {}) =>
    rotateLogs.params.parse({ paths: [`${folder}/*.log`], keep_last: 5, allowed_roots: [folder], ...input });
  const as = (executionId: string) => ({ ...exampleContext(), executionId });
  const rotate = (input: object = {}, executionId = 'execution-1') =>
    rotateLogs.act(params(input), as(executionId), {});
  const archives = async (log = 'shop.log') =>
    (await readdir(folder)).filter((name) => name.startsWith(`${log}.`)).sort();
  const text = async (name: string | undefined) => {
    const bytes = await readFile(join(folder, name ?? ''));
    return (name?.endsWith('.gz') === true ? gunzipSync(bytes) : bytes).toString();
  };
  const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}\n`).join('');

  it('moves the content into a compressed archive and frees its bytes', async () => {
    await writeFile(join(folder, 'shop.log'), lines(100_000));
    const result = await rotate();
    expect(result).toMatchObject({ ok: true, evidence: { files: 1, archivesDeleted: 0, errors: 0 } });
    expect((await stat(join(folder, 'shop.log'))).size).toBe(0);
    const [archive] = await archives();
    expect(archive).toMatch(/\.gz$/);
    expect(await text(archive)).toBe(lines(100_000));
    expect(Number(result.evidence?.['bytesFreed'])).toBeGreaterThan(800_000);
    expect(result.recoveredPercent).toBeGreaterThan(0);
  });

  it('leaves the file that the writer holds open in place, with its mode', async () => {
    const path = join(folder, 'shop.log');
    const writer = await open(path, 'a', 0o640);
    try {
      await chmod(path, 0o640);
      await writer.write('before\n');
      const { ino } = await stat(path);
      await rotate({ compress: false });
      await writer.write('after\n');
      expect(await stat(path)).toMatchObject({ ino });
      expect(await text('shop.log')).toBe('after\n');
      const [archive] = await archives();
      expect(await text(archive)).toBe('before\n');
      expect((await stat(join(folder, archive ?? ''))).mode & 0o777).toBe(0o640);
    } finally {
      await writer.close();
    }
  });

  it('writes no line twice and loses none but in the moment of the cut, while the log is written', async () => {
    const path = join(folder, 'shop.log');
    const source = `const fs = require('node:fs'); const fd = fs.openSync(process.argv[1], 'a'); let line = 0;
      process.on('SIGTERM', () => { fs.writeSync(fd, 'end\\n'); process.exit(0); });
      setInterval(() => { for (let i = 0; i < 20; i += 1) fs.writeSync(fd, (line++) + '\\n'); }, 1);`;
    const writer = spawn(process.execPath, ['-e', source, path], { stdio: 'ignore' });
    try {
      await expect.poll(async () => (await stat(path).catch(() => undefined))?.size ?? 0).toBeGreaterThan(1_000);
      for (let run = 0; run < 4; run += 1) {
        expect(await rotate({}, `execution-${run}`)).toMatchObject({ ok: true, evidence: { errors: 0 } });
        await expect.poll(async () => (await stat(path)).size).toBeGreaterThan(500);
      }
    } finally {
      const ended = once(writer, 'exit');
      writer.kill('SIGTERM');
      await ended;
    }
    const parts = await Promise.all([...(await archives()), 'shop.log'].map(text));
    const numbers = parts.flatMap((part) =>
      part
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number),
    );
    expect(new Set(numbers).size).toBe(numbers.length);
    const missing = Math.max(...numbers) + 1 - numbers.length;
    expect(missing).toBeLessThanOrEqual(80);
  });

  it('keeps the newest archives of each log, and those that others made', async () => {
    const old = (second: number) => `shop.log.20260302T10000${second}Z-${archiveTag(`old-${second}`)}.gz`;
    await writeFile(join(folder, 'shop.log'), 'new\n');
    await writeFile(join(folder, 'shop.log.1'), 'of logrotate');
    await writeFile(join(folder, `other${old(1).slice('shop'.length)}`), 'of another log');
    for (const second of [1, 2, 3, 4]) await writeFile(join(folder, old(second)), 'x'.repeat(10_000));
    expect(await rotate({ keep_last: 2 })).toMatchObject({ ok: true, evidence: { files: 1, archivesDeleted: 3 } });
    const left = await archives();
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining(['shop.log.1', old(4)]));
    expect(await archives('other.log')).toHaveLength(1);
  });

  it('rotates a log once however often an execution is repeated', async () => {
    await writeFile(join(folder, 'shop.log'), 'first\n');
    await rotate();
    await appendFile(join(folder, 'shop.log'), 'second\n');
    expect(await rotate()).toMatchObject({ ok: true, evidence: { files: 0 } });
    expect(await text('shop.log')).toBe('second\n');
    expect(await rotate({}, 'execution-2')).toMatchObject({ ok: true, evidence: { files: 1 } });
    expect(await archives()).toHaveLength(2);
  });

  it.each([
    ['while it wrote the archive', '.partial', (whole: Buffer) => whole.subarray(0, 20)],
    ['after the archive, before the cut', '', (whole: Buffer) => whole],
    ['while it brought the end of the archive', '', (whole: Buffer) => whole.subarray(0, whole.length - 12)],
  ])('loses and doubles nothing when it was killed %s', async (_when, suffix, cut) => {
    const path = join(folder, 'shop.log');
    await writeFile(path, lines(5_000));
    await rotate();
    const [archive] = await archives();
    const whole = await readFile(join(folder, archive ?? ''));
    // The state that the kill leaves: a partial archive, the log not truncated and written to since.
    await rm(join(folder, archive ?? ''));
    await writeFile(join(folder, `${archive}${suffix}`), cut(whole));
    await writeFile(path, `${lines(5_000)}since\n`);
    expect(await rotate()).toMatchObject({ ok: true, evidence: { files: 1 } });
    const left = await archives();
    expect(left).toHaveLength(1);
    expect(await text(left[0])).toBe(`${lines(5_000)}since\n`);
    expect(await text('shop.log')).toBe('');
  });

  it('copies lines written since the copy, and gives up when another program truncated the log', async () => {
    const path = join(folder, 'shop.log');
    await writeFile(path, 'copied\nsince\n');
    const [log, archive] = [await open(path, 'r+'), await open(join(folder, 'archive'), 'a')];
    const work = { name: 'shop.log', log, archive, copied: 7, compresses: false, signal: new AbortController().signal };
    try {
      await cutOffWhatIsCopied(work);
      expect([await text('archive'), await text('shop.log')]).toEqual(['since\n', '']);
      await writeFile(path, 'x');
      await expect(cutOffWhatIsCopied(work)).rejects.toThrow(/somebody else/);
      expect(await text('shop.log')).toBe('x');
    } finally {
      await Promise.all([log.close(), archive.close()]);
    }
  });

  it('goes through no symbolic link, and leaves a file alone that has another name', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'cortex-outside-'));
    try {
      await writeFile(join(outside, 'precious.log'), 'precious\n');
      const before = await snapshot(outside);
      await symlink(join(outside, 'precious.log'), join(folder, 'link.log'));
      await symlink(outside, join(folder, 'linked'));
      expect(await rotate({ paths: [`${folder}/*.log`, `${folder}/*/*.log`] })).toMatchObject({
        evidence: { files: 0 },
      });
      expect(await snapshot(outside)).toEqual(before);
      await link(join(outside, 'precious.log'), join(folder, 'hard.log'));
      const result = await rotate();
      expect(result).toMatchObject({ ok: false, evidence: { files: 0, errors: 1 } });
      expect(result.detail).toMatch(/several names/);
      expect(await readFile(join(outside, 'precious.log'), 'utf8')).toBe('precious\n');
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  });

  it.each(['/etc/*', '/*', '/tmp/*.log', '/var/lib/*.log'])('refuses %s before anything is touched', async (path) => {
    const wide = params({ paths: [path], allowed_roots: [] });
    expect(await rotateLogs.guard?.(wide, exampleContext())).toMatch(/lies in none of|\/\*/);
    expect(await rotateLogs.act(wide, exampleContext(), {})).toMatchObject({ ok: false });
  });

  it('refuses an allowed root that a playbook must not have', async () => {
    const wide = params({ paths: ['/etc/*'], allowed_roots: ['/etc'] });
    expect(await rotateLogs.guard?.(wide, exampleContext())).toMatch(/allowed root \/etc/);
  });

  it.each([{ paths: [] }, { paths: [''] }, { paths: ['/var/log/**'] }, { keep_last: 0 }, { keep_last: undefined }])(
    'does not parse %j',
    (wrong) => {
      const input = { paths: ['/var/log/*.log'], keep_last: 5, ...wrong };
      expect(rotateLogs.params.safeParse(input).success).toBe(false);
    },
  );

  it('changes nothing in a dry run, and counts the same', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'shop.log'), lines(10));
    await writeFile(join(folder, 'empty.log'), '');
    await writeFile(join(folder, 'deep', 'inner.log'), lines(10));
    const both = { paths: [`${folder}/*.log`, `${folder}/*/*.log`, `${folder}/shop*`] };
    const before = await snapshot(folder);
    const planned = await rotateLogs.dryRun(params(both), as('execution-1'));
    expect(await snapshot(folder)).toEqual(before);
    expect(planned).toMatchObject({ ok: true, evidence: { files: 2 } });
    expect(await rotate(both)).toMatchObject({ evidence: planned.evidence });
  });

  it('stops between two logs when the kill switch goes on, and at its limit', async () => {
    for (const log of ['a.log', 'b.log', 'c.log']) await writeFile(join(folder, log), 'x');
    const stopped = { ...exampleContext(), stopRequest: AbortSignal.abort() };
    expect(await rotateLogs.act(params(), stopped, {})).toMatchObject({ ok: false, evidence: { files: 0 } });
    const limited = await rotate({ max_files: 2 });
    expect(limited).toMatchObject({ ok: true, evidence: { files: 2 } });
    expect(limited.detail).toMatch(/limit/);
  });

  it('leaves the log whole when it is aborted', async () => {
    await writeFile(join(folder, 'shop.log'), lines(1_000));
    const [before, controller] = [await readdir(folder), new AbortController()];
    const context = { ...exampleContext({}, controller.signal), log: () => undefined };
    const running = rotateLogs.act(params(), context, {});
    controller.abort();
    expect(await running).toMatchObject({ ok: false });
    expect(await readdir(folder)).toEqual(before);
    expect(await text('shop.log')).toBe(lines(1_000));
    await truncate(join(folder, 'shop.log'));
  });
});
