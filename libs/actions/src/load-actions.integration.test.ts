import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadActions } from './load-actions.ts';
import { exampleContext } from './test-data/context.ts';

const body = (name: string, extra = '') => `export default ({ defineAction, z }) => defineAction({
  name: '${name}', summary: 'says hello', params: z.strictObject({ who: z.string().min(1) }),
  riskLevel: 'low', onAmbiguous: 'retry', reversible: false, idempotent: true,
  observe: async () => ({}), dryRun: async () => ({ ok: true, detail: 'would' }),
  act: async ({ who }) => ({ ok: true, detail: 'hello ' + who }), ${extra}
});`;

describe('loadActions', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cortex-actions-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('adds the user’s actions to the built-in ones', async () => {
    await writeFile(join(folder, 'hello.action.mjs'), body('say_hello'));
    await writeFile(join(folder, 'notes.txt'), 'not an action');
    const actions = await loadActions([folder]);
    const hello = actions.get('say_hello');
    expect([...actions.keys()]).toContain('restart_service');
    const params = hello?.params.parse({ who: 'you' });
    expect(await hello?.act(params, exampleContext(), {})).toEqual({ ok: true, detail: 'hello you' });
  });

  it.each([
    ['a name that is taken', body('no_op'), /comes from Cortex itself already$/],
    ['no answer to a crash', body('bad', 'onAmbiguous: "maybe"'), /onAmbiguous is missing/],
    ['no default export', 'export const x = 1;', /no function as default export/],
    ['a syntax error', 'export default (', /bad\.action\.mjs/],
    ['a missing method', body('bad', 'observe: undefined'), /observe is missing/],
    ['a missing schema', body('bad', 'params: {}'), /params must be a schema/],
  ])('names the file and the fix of %s', async (_what, source, message) => {
    await writeFile(join(folder, 'bad.action.mjs'), source);
    const attempt = loadActions([folder]);
    await expect(attempt).rejects.toMatchObject({ code: 'CORTEX_ACTION_LOAD', file: join(folder, 'bad.action.mjs') });
    await expect(attempt).rejects.toThrow(message);
  });

  it('names a folder that is not there', async () => {
    await expect(loadActions([join(folder, 'nope')])).rejects.toThrow(/cannot be read/);
  });
});
