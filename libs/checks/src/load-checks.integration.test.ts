import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Instance } from '@cortex/contracts';
import { PluginLoadError } from '@cortex/plugin-loader';
import { loadChecks } from './load-checks.ts';
import { builtinChecks } from './registry.ts';
import { runCheck } from './run-check.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-plugins-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function source(name: string): string {
  return `export default ({ defineCheck, z }) => defineCheck({
    name: '${name}', summary: 'The answer is right', tier: 'deep', params: z.strictObject({ answer: z.number() }),
    async run({ answer }) { return { passed: answer === 42, detail: 'the answer is ' + answer }; },
  });`;
}

describe('loadChecks', () => {
  it('adds the checks of the user to those of Cortex, and they run', async () => {
    await writeFile(join(folder, 'answer.check.mjs'), source('right_answer'));
    await writeFile(join(folder, 'notes.txt'), 'not a check');
    const registry = await loadChecks([folder]);
    expect([...registry.keys()]).toEqual([...builtinChecks.keys(), 'right_answer']);
    const definition = {
      name: 'answer',
      type: 'right_answer',
      tier: 'deep' as const,
      target: { service: 'shop', instance: 'shop-1' },
      params: { answer: 42 },
      timeoutMs: 1_000,
      retries: 0,
    };
    const outcome = await runCheck(definition, Instance.parse({ id: 'shop-1' }), { registry, now: () => new Date() });
    expect(outcome).toMatchObject({ result: 'pass', detail: 'the answer is 42' });
  });

  it.each([
    ['a syntax error', 'export default (', 'Fix: export default'],
    ['no default export', 'export const check = 1;', 'no function as default export'],
    ['a bad name', source('Right Answer'), 'snake_case'],
    ['the name of a built-in check', source('tcp_port'), 'choose another name'],
    ['nothing made', 'export default () => undefined;', 'it made no check'],
    [
      'no run',
      "export default ({ z }) => ({ name: 'no_run', summary: 's', tier: 'deep', params: z.any() });",
      'run is',
    ],
    [
      'a schema of its own',
      "export default () => ({ name: 'odd', summary: 's', tier: 'deep', params: {}, run() {} });",
      'the z that is handed in',
    ],
  ])('refuses %s, naming the file and the fix', async (_case, text, message) => {
    await writeFile(join(folder, 'broken.check.mjs'), text);
    const failure = await loadChecks([folder]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PluginLoadError);
    expect(failure).toMatchObject({ code: 'CORTEX_CHECK_LOAD', file: join(folder, 'broken.check.mjs') });
    const { message: problem, fix } = failure as PluginLoadError;
    expect(`${problem}. Fix: ${fix}`).toContain(message);
  });

  it('refuses two checks of one name and a folder that is not there', async () => {
    await writeFile(join(folder, 'a.check.mjs'), source('right_answer'));
    await writeFile(join(folder, 'b.check.mjs'), source('right_answer'));
    await expect(loadChecks([folder])).rejects.toThrow(
      /b\.check\.mjs: a check "right_answer" comes from .*a\.check\.mjs/,
    );
    await expect(loadChecks([join(folder, 'gone')])).rejects.toMatchObject({ code: 'CORTEX_CHECK_LOAD' });
  });
});
