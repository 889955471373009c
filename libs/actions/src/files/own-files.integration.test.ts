import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exampleContext } from '../test-data/context.ts';
import { snapshot } from '../test-data/snapshot.ts';
import { cleanupTempFiles } from '../infrastructure/cleanup-temp-files/cleanup-temp-files.ts';
import { rotateLogs } from '../infrastructure/rotate-logs/rotate-logs.ts';

describe("Cortex's own files below a folder that is cleaned", () => {
  let folder: string;
  const at = (...parts: readonly string[]) => join(folder, ...parts);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-own-'));
    await file('old.tmp');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  async function file(name: string, text = 'x'): Promise<void> {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  }
  // No `allowed_roots`: the folder is below a default one.
  const params = (...patterns: readonly string[]) =>
    cleanupTempFiles.params.parse({ paths: patterns.map((one) => at(one)), age_threshold: '0s' });
  const clean = (...patterns: readonly string[]) => cleanupTempFiles.act(params(...patterns), exampleContext(), {});
  const guard = (...patterns: readonly string[]) => cleanupTempFiles.guard?.(params(...patterns), exampleContext());

  const kinds: readonly (readonly [string, string, () => void | Promise<void>])[] = [
    ['its configuration', 'site', () => void vi.stubEnv('CORTEX_CONFIG', at('site/cortex.yaml'))],
    ['its data and keys', 'site/data', () => void vi.stubEnv('CORTEX_DATA_DIR', at('site/data'))],
    ['its logs', 'site/logs', () => void vi.stubEnv('CORTEX_LOG_DIR', at('site/logs'))],
    ['the folder that it runs in', 'site', () => void vi.spyOn(process, 'cwd').mockReturnValue(at('site'))],
    ['the store of a nats-server', 'site/jetstream', () => undefined],
    ['what `cortex up` has made', 'site', () => file('site/made-by-cortex.json', '{"folders":["nats","data"]}')],
  ];

  it.each(kinds)('%s: never deleted, and what is beside it is', async (_what, own, prepare) => {
    for (const name of ['cortex.yaml', 'data/audit.key', 'logs/executor.log', 'jetstream/$G/streams/s/msgs/1.blk'])
      await file(`site/${name}`);
    await prepare();
    const before = await snapshot(at(own));
    expect(await clean('*')).toMatchObject({ ok: true, evidence: { errors: 0 } });
    expect(await snapshot(at(own))).toEqual(before);
    expect(await readdir(folder)).toEqual(['site']);
    await clean('site/*', '*/*', '*/*/*');
    expect(await snapshot(at(own))).toEqual(before);
    expect(await guard(`${own}/*`)).toMatch(/is not touched/);
    await clean(`${own}/*`);
    expect(await snapshot(at(own))).toEqual(before);
  });

  it('inside: a path into its data, its store or what it has made is refused', async () => {
    for (const name of ['data/deep/a', 'jetstream/$G/a', 'up/nats/deep/a', 'up/disk/a', 'up/other/a']) await file(name);
    await file('up/made-by-cortex.json', '{"folders":["nats","disk","logs"],"targets":["disk"]}');
    vi.stubEnv('CORTEX_DATA_DIR', at('data'));
    expect(await guard('data/deep/*')).toMatch(/Cortex's data/);
    expect(await guard('jetstream/$G/*')).toMatch(/store of nats-server/);
    expect(await guard('up/nats/deep/*')).toMatch(/Cortex has made it/);
    expect(await guard('up/disk/*')).toBeUndefined();
    expect(await guard('up/other/*')).toBeUndefined();
  });

  it('its logs may be rotated', async () => {
    await file('up/logs/executor.log', 'line\n');
    await file('up/made-by-cortex.json', '{"folders":["nats","logs"]}');
    const rotation = rotateLogs.params.parse({ paths: [at('up/logs/*.log')], keep_last: 2, allowed_roots: [folder] });
    vi.stubEnv('CORTEX_LOG_DIR', at('up/logs'));
    expect(await rotateLogs.act(rotation, exampleContext(), {})).toMatchObject({ ok: true, evidence: { files: 1 } });
    expect((await stat(at('up/logs/executor.log'))).size).toBe(0);
  });

  it('paths of which none is there are no success', async () => {
    expect(await guard('missing/*')).toMatch(/none of the folders/);
    expect(await clean('missing/*')).toMatchObject({ ok: false });
    expect(await guard('missing/*', '*')).toBeUndefined();
  });
});
