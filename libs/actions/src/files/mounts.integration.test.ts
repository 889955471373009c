import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actInOwnMounts, mayMount } from '../test-data/own-mounts.ts';

// Without the right to mount there is nothing that they could look at.
describe.skipIf(!mayMount)('what is mounted below the folder of an action on files', () => {
  let folder: string;
  const at = (...parts: readonly string[]) => join(folder, ...parts);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-mounts-'));
    await mkdir(at('root/deep/home'), { recursive: true });
    await mkdir(at('precious/logs'), { recursive: true });
    await writeFile(at('precious/ledger.db'), 'data');
    await writeFile(at('precious/logs/audit.log'), 'line\n');
    await writeFile(at('root/old.tmp'), 'junk');
    await writeFile(at('root/app.log'), 'line\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const clean = (patterns: readonly string[], isDry = false) => ({
    action: 'cleanup_temp_files',
    params: { paths: patterns.map((one) => at('root', one)), allowed_roots: [at('root')], age_threshold: '0s' },
    isDry,
  });
  const bind = (from: string, to: string) => ['--bind', at(from), at(to)];
  const precious = () => readdir(at('precious'));

  it.each([['home'], ['deep/home']])('is not entered, of the same file system, at %s', async (where) => {
    await mkdir(at('root', where), { recursive: true });
    const result = actInOwnMounts({ mounts: [bind('precious', `root/${where}`)], ...clean(['*']) });
    expect(result).toMatchObject({ ok: true, evidence: { files: 2, left: 1, errors: 0 } });
    expect(await precious()).toEqual(['ledger.db', 'logs']);
    expect(await readdir(at('root'))).not.toContain('old.tmp');
  });

  it('is not entered when a pattern leads through it', async () => {
    const run = { mounts: [bind('precious', 'root/deep')], ...clean(['*/*', '*/*/*']) };
    expect(actInOwnMounts(run)).toMatchObject({ ok: false, evidence: { files: 0, left: 2 } });
    expect(await precious()).toEqual(['ledger.db', 'logs']);
  });

  it('is worked on when a path names it', () => {
    const run = { mounts: [bind('precious', 'root/deep')], ...clean(['deep/*.db']) };
    expect(actInOwnMounts(run)).toMatchObject({ ok: true, evidence: { files: 1, left: 0 } });
  });

  it.each([true, false])('may be a file, which stays (a dry run: %s)', async (isDry) => {
    await writeFile(at('root/mine.db'), '');
    const run = { mounts: [bind('precious/ledger.db', 'root/mine.db')], ...clean(['*.db'], isDry) };
    expect(actInOwnMounts(run)).toMatchObject({ ok: false, evidence: { files: 0, left: 1 } });
    expect(await readFile(at('precious/ledger.db'), 'utf8')).toBe('data');
  });

  it('counts in a dry run as it would be', () => {
    const mounts = [bind('precious', 'root/deep')];
    const planned = actInOwnMounts({ mounts, ...clean(['*'], true) }) as { readonly evidence: object };
    expect(actInOwnMounts({ mounts, ...clean(['*']) })).toMatchObject({ evidence: planned.evidence });
  });

  it('is not rotated, neither a folder nor a log', async () => {
    await writeFile(at('root/other.log'), '');
    const run = {
      mounts: [bind('precious/logs', 'root/deep'), bind('precious/logs/audit.log', 'root/other.log')],
      action: 'rotate_logs',
      params: { paths: [at('root/*.log'), at('root/*/*.log')], allowed_roots: [at('root')], keep_last: 1 },
    };
    expect(actInOwnMounts(run)).toMatchObject({ ok: true, evidence: { files: 1, left: 2, errors: 0 } });
    expect((await stat(at('precious/logs/audit.log'))).size).toBe(5);
    expect((await stat(at('root/app.log'))).size).toBe(0);
  });

  it('does not hide the files of an overlay, which have another device than their folder', async () => {
    for (const name of ['lower/cache', 'ram']) await mkdir(at(name), { recursive: true });
    await writeFile(at('lower/cache/old.tmp'), 'junk');
    await mkdir(at('lower/layers'), { recursive: true });
    const layers = `lowerdir=${at('lower')}:${at('precious')}`;
    const run = {
      mounts: [['-t', 'overlay', 'overlay', '-o', layers, at('root/deep')]],
      ...clean(['deep/cache/*'], true),
    };
    expect(actInOwnMounts(run)).toMatchObject({ ok: true, evidence: { files: 1, left: 0 } });
  });
});
