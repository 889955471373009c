import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleContext } from '../../test-data/context.ts';
import { rotateLogs } from './rotate-logs.ts';

const gigabyte = 1024 ** 3;
const sectorBytes = 512;

describe('rotate_logs of a log with holes', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-holes-'));
    path = join(folder, 'shop.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const rotate = (input: object = {}, executionId = 'execution-1') =>
    rotateLogs.act(
      rotateLogs.params.parse({ paths: [`${folder}/*.log`], keep_last: 5, allowed_roots: [folder], ...input }),
      { ...exampleContext(), executionId },
      {},
    );
  const archive = async () => {
    const names = (await readdir(folder)).filter((name) => name !== 'shop.log');
    expect(names).toHaveLength(1);
    return join(folder, names[0] ?? '');
  };

  async function writeAt(...parts: readonly (readonly [number, string])[]): Promise<void> {
    const file = await open(path, 'w');
    for (const [at, text] of parts) await file.write(text, at);
    await file.sync();
    await file.close();
  }

  it.each([true, false])('takes no more room than the log did (compress: %s)', async (compress) => {
    await writeAt([2 * gigabyte, 'the lines\n']);
    const result = await rotate({ compress });
    expect(result).toMatchObject({ ok: true, evidence: { files: 1, errors: 0 } });
    expect(Number(result.evidence?.['bytesFreed'])).toBeGreaterThan(-100_000);
    expect((await stat(await archive())).blocks * sectorBytes).toBeLessThan(100_000);
    expect((await stat(path)).size).toBe(0);
  });

  it('keeps every byte where it was, between holes and before one at the end', async () => {
    await writeAt([10_000_000, 'one\n'], [10_100_000, 'two\n'], [30_000_001, 'three\n']);
    await truncate(path, 40_000_000);
    const before = await readFile(path);
    expect(await rotate({ compress: false })).toMatchObject({ ok: true });
    expect((await readFile(await archive())).equals(before)).toBe(true);
    expect((await stat(await archive())).blocks * sectorBytes).toBeLessThan(200_000);
  });

  it('leaves holes alone out of a compressed archive', async () => {
    await writeAt([0, 'zero\n'], [10_000_000, 'one\n'], [30_000_001, 'two\n']);
    expect(await rotate()).toMatchObject({ ok: true });
    const text = gunzipSync(await readFile(await archive())).toString();
    expect(text.replaceAll('\0', '')).toBe('zero\none\ntwo\n');
    expect(text.length).toBeLessThan(20_000);
  });

  it.each([true, false])(
    'loses and doubles nothing when it was killed before the cut (compress: %s)',
    async (compress) => {
      const parts = [
        [10_000_000, 'one\n'],
        [20_000_000, 'two\n'],
      ] as const;
      await writeAt(...parts);
      await rotate({ compress });
      await writeAt(...parts, [20_000_004, 'since\n']);
      expect(await rotate({ compress })).toMatchObject({ ok: true, evidence: { files: 1 } });
      const bytes = await readFile(await archive());
      const text = (compress ? gunzipSync(bytes) : bytes).toString();
      expect(text.replaceAll('\0', '')).toBe('one\ntwo\nsince\n');
      await writeFile(path, 'new\n');
      expect(await rotate({ compress })).toMatchObject({ ok: true, evidence: { files: 0 } });
    },
  );
});
