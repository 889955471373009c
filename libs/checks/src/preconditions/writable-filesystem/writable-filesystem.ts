import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { causeOf } from '../../cause-of.ts';
import { defineCheck } from '../../define-check.ts';
import { AbsolutePaths } from '../../params.ts';

const Params = z.strictObject({
  path: AbsolutePaths.optional().describe(`Folders to write into. Default: the machine's folder for temporary files.`),
});

/** Spec 3.1. Writes a small file of its own, flushes it, removes it. */
export const writableFilesystem = defineCheck({
  name: 'writable_filesystem',
  summary: 'Files can be written to the folders of this machine',
  tier: 'shallow',
  params: Params,
  failures: ['… is not writable: …'],
  example: `name: shop-folders
type: writable_filesystem
service: shop
path: [/tmp, /var/lib/shop]`,
  async run(params) {
    const folders = [params.path ?? tmpdir()].flat();
    const problems: string[] = [];
    for (const folder of folders) {
      const problem = await tryWriting(folder);
      if (problem !== undefined) problems.push(`${folder} is not writable: ${problem}`);
    }
    const evidence = { folders };
    if (problems.length > 0) return { passed: false, detail: problems.join('; '), evidence };
    return { passed: true, detail: `wrote to ${folders.join(', ')}`, evidence };
  },
});

async function tryWriting(folder: string): Promise<string | undefined> {
  const path = join(folder, `.cortex-writable-${randomUUID()}`);
  try {
    // `wx` never opens an existing file.
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile('cortex');
      await file.sync();
    } finally {
      await file.close();
      await unlink(path);
    }
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}
