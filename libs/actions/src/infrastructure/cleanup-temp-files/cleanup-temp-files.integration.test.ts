import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleContext } from '../../test-data/context.ts';
import { snapshot } from '../../test-data/snapshot.ts';
import { cleanupTempFiles } from './cleanup-temp-files.ts';

const week = 7 * 24 * 60 * 60 * 1_000;

describe('cleanup_temp_files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-cleanup-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const params = (input: object = {}) =>
    cleanupTempFiles.params.parse({ paths: [`${folder}/*`], age_threshold: '7_days', ...input });

  async function oldFile(name: string, bytes = 10_000): Promise<void> {
    const path = join(folder, name);
    await writeFile(path, 'x'.repeat(bytes));
    const at = new Date(Date.now() - week - 60_000);
    await utimes(path, at, at);
  }

  it('deletes old files at every depth, and only these', async () => {
    await mkdir(join(folder, 'deep/er'), { recursive: true });
    await oldFile('old');
    await oldFile('deep/er/.hidden-old');
    await oldFile('.hidden-old');
    await writeFile(join(folder, 'new'), 'x');
    const result = await cleanupTempFiles.act(params(), exampleContext(), {});
    expect(result).toMatchObject({ ok: true, evidence: { files: 2, errors: 0 } });
    expect(Number(result.evidence?.['bytesFreed'])).toBeGreaterThanOrEqual(20_000);
    expect(result.recoveredPercent).toBeGreaterThan(0);
    expect(result.recoveredPercent).toBeLessThan(1);
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['.hidden-old', 'deep', 'deep/er', 'new']);
  });

  it('keeps small files when told to', async () => {
    await oldFile('small', 100);
    await oldFile('large', 5_000);
    await cleanupTempFiles.act(params({ size_threshold: '1KB' }), exampleContext(), {});
    expect(await readdir(folder)).toEqual(['small']);
  });

  it('never deletes through a symbolic link, nor the link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'cortex-outside-'));
    try {
      const precious = join(outside, 'precious');
      await writeFile(precious, 'x');
      await utimes(precious, new Date(0), new Date(0));
      await symlink(outside, join(folder, 'link-to-folder'));
      await symlink(precious, join(folder, 'link-to-file'));
      const before = await snapshot(outside);
      await cleanupTempFiles.act(
        params({ paths: [`${folder}/*`, `${folder}/link-to-folder/*`] }),
        exampleContext(),
        {},
      );
      await cleanupTempFiles.act(params({ paths: [`${folder}/link-to-folder`] }), exampleContext(), {});
      // A link that is named directly is resolved, and its destination counts: another folder for temporary files.
      expect(await readdir(folder)).toEqual(['link-to-file', 'link-to-folder']);
      expect(before).toHaveLength(1);
    } finally {
      await rm(outside, { recursive: true, force: true });
    }
  });

  it('refuses a link that leads out of the allowed roots', async () => {
    await symlink('/etc', join(folder, 'way-out'));
    const refused = await cleanupTempFiles.guard?.(params({ paths: [`${folder}/way-out/*`] }), exampleContext());
    expect(refused).toMatch(/really \/etc.*lies in none of/);
  });

  it.each(['/etc/*', '/*', '/tmp', '/home/*', '/usr/*', '/var/log/*'])(
    'refuses %s before anything is touched',
    async (path) => {
      const refused = await cleanupTempFiles.guard?.(params({ paths: [path] }), exampleContext());
      expect(refused).toBeTypeOf('string');
      expect(await cleanupTempFiles.act(params({ paths: [path] }), exampleContext(), {})).toMatchObject({ ok: false });
    },
  );

  it('refuses an allowed root that a playbook must not have', async () => {
    const wide = params({ paths: ['/etc/*'], allowed_roots: ['/etc'] });
    expect(await cleanupTempFiles.guard?.(wide, exampleContext())).toMatch(/allowed root \/etc/);
  });

  it('stops at the limit, and says so', async () => {
    for (let file = 0; file < 5; file += 1) await oldFile(`old-${file}`);
    const result = await cleanupTempFiles.act(params({ max_files: 3 }), exampleContext(), {});
    expect(result).toMatchObject({ ok: true, evidence: { files: 3 } });
    expect(result.detail).toMatch(/limit/);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('stops between two files when the kill switch goes on', async () => {
    await oldFile('old');
    const stopped = { ...exampleContext(), stopRequest: AbortSignal.abort() };
    expect(await cleanupTempFiles.act(params(), stopped, {})).toMatchObject({ ok: false });
    expect(await readdir(folder)).toEqual(['old']);
  });

  it('changes nothing in a dry run, and counts the same', async () => {
    await oldFile('a');
    await oldFile('b');
    const before = await snapshot(folder);
    const planned = await cleanupTempFiles.dryRun(params(), exampleContext());
    expect(await snapshot(folder)).toEqual(before);
    expect(planned).toMatchObject({ ok: true, evidence: { files: 2 } });
    expect(planned.recoveredPercent).toBeUndefined();
    expect(await cleanupTempFiles.act(params(), exampleContext(), {})).toMatchObject({ evidence: planned.evidence });
  });

  it('may be repeated', async () => {
    await oldFile('a');
    await cleanupTempFiles.act(params(), exampleContext(), {});
    expect(await cleanupTempFiles.act(params(), exampleContext(), {})).toMatchObject({
      ok: true,
      evidence: { files: 0 },
    });
  });

  it('never touches what lies outside, whatever the path says', async () => {
    const canary = await mkdtemp(join(tmpdir(), 'cortex-canary-'));
    try {
      await writeFile(join(canary, 'canary'), 'x');
      await utimes(join(canary, 'canary'), new Date(0), new Date(0));
      const before = await snapshot(canary);
      const piece = fc.constantFrom(
        '..',
        '/',
        '*',
        ';',
        '$(id)',
        '`id`',
        '-rf',
        '\n',
        '\0',
        '?',
        ' ',
        '~',
        '\u202e',
        '|',
        canary,
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
          const parsed = cleanupTempFiles.params.safeParse({
            paths: [`${folder}/${pieces.join('')}`],
            age_threshold: '1ms',
          });
          if (parsed.success) await cleanupTempFiles.act(parsed.data, exampleContext(), {});
          expect(await snapshot(canary)).toEqual(before);
        }),
        { numRuns: 1_000 },
      );
    } finally {
      await rm(canary, { recursive: true, force: true });
    }
  });
});
