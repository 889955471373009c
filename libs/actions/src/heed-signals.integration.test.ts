import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instance } from '@cortex/contracts';
import { builtinActions } from './registry.ts';
import { exampleContext } from './test-data/context.ts';

interface LongAct {
  readonly params: object;
  readonly facts?: Partial<Instance>;
}

/** Each built-in action with so much to do that it would not end within the time of a test. */
const longActs: Readonly<Record<string, (folder: string) => Promise<LongAct>>> = {
  no_op: async () => ({ params: { duration: '1h' } }),
  run_command: async () => ({ params: { argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] } }),
  restart_service: async (folder) => {
    const script = join(folder, 'deaf.cjs');
    await writeFile(script, `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`);
    const child = spawn(process.execPath, [script], { stdio: 'ignore' });
    children.push(child);
    await writeFile(join(folder, 'deaf.pid'), `${child.pid}`);
    return {
      params: { grace_period: '1h' },
      facts: { process: { pidFile: join(folder, 'deaf.pid'), startCommand: [process.execPath, script] } },
    };
  },
  cleanup_temp_files: async (folder) => {
    await Promise.all(Array.from({ length: 3_000 }, (_, file) => writeFile(join(folder, `${file}`), 'x')));
    return { params: { paths: [`${folder}/*`], age_threshold: '0s' } };
  },
  rotate_logs: async (folder) => {
    await Promise.all(
      Array.from({ length: 500 }, (_, file) => writeFile(join(folder, `${file}.log`), 'x'.repeat(10_000))),
    );
    return { params: { paths: [`${folder}/*.log`], allowed_roots: [folder], keep_last: 1 } };
  },
};
const children: ReturnType<typeof spawn>[] = [];

describe('built-in actions heed their signals', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-heed-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('all of them', () => {
    expect(Object.keys(longActs).sort()).toEqual([...builtinActions.keys()].sort());
  });

  it.each([...builtinActions])('%s ends when it is aborted, and does nothing more', async (name, action) => {
    const { params, facts } = await (longActs[name]?.(folder) ?? Promise.reject(new Error(`no long act of ${name}`)));
    const controller = new AbortController();
    const running = action.act(action.params.parse(params), exampleContext(facts, controller.signal), {});
    setTimeout(() => controller.abort(), 50);
    const result = await running.catch((error: unknown) => ({ ok: false, detail: String(error) }));
    expect(result).toMatchObject({ ok: false });
    const left = await readdir(folder);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await readdir(folder)).toEqual(left);
  });
});
