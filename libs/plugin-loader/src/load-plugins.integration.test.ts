import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadPlugins } from './load-plugins.ts';
import type { AnyPlugin, PluginSource } from './load-plugins.ts';
import { PluginLoadError } from './plugin-load-error.ts';
import type { PluginKind } from './plugin-load-error.ts';

interface Horn extends AnyPlugin {
  readonly sound: string;
}

const builtin: ReadonlyMap<string, Horn> = new Map([
  ['bell', { name: 'bell', summary: 'rings', params: z.strictObject({}), sound: 'ding' }],
]);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-plugins-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function load(changes: Partial<PluginSource<Horn>> = {}): Promise<ReadonlyMap<string, Horn>> {
  return loadPlugins<Horn>({
    folders: [folder],
    kind: 'channel',
    suffix: '.horn.mjs',
    shape: 'export default the horn',
    builtin,
    tools: { defineHorn: (horn: Horn) => horn },
    problemOf: (horn) => (typeof horn.sound === 'string' ? undefined : 'sound is missing'),
    define(horn) {
      if (horn.sound === '') throw new RangeError('a horn must sound');
      return { ...horn, sound: horn.sound.toUpperCase() };
    },
    ...changes,
  });
}

function source(fields: string): string {
  return `export default ({ defineHorn, z }) => defineHorn({ summary: 's', params: z.strictObject({}), ${fields} });`;
}

describe('loadPlugins', () => {
  it('adds the plugins of all folders to the built-in ones, by name, and holds them to the rules of their kind', async () => {
    await writeFile(join(folder, 'b.horn.mjs'), source("name: 'second', sound: 'toot'"));
    await writeFile(join(folder, 'a.horn.mjs'), source("name: 'first', sound: 'honk'"));
    await writeFile(join(folder, 'notes.txt'), 'no plugin');
    const plugins = await load();
    expect([...plugins.keys()]).toEqual(['bell', 'first', 'second']);
    expect(plugins.get('second')?.sound).toBe('TOOT');
    expect([...builtin.keys()]).toEqual(['bell']);
  });

  it('waits for a plugin that is made asynchronously', async () => {
    const text = "export default async ({ z }) => ({ name: 'late', summary: 's', params: z.any(), sound: 'x' });";
    await writeFile(join(folder, 'late.horn.mjs'), text);
    expect((await load()).has('late')).toBe(true);
  });

  it.each([
    ['a syntax error', 'export default (', 'Fix: export default the horn'],
    ['no default export', 'export const horn = 1;', 'no function as default export'],
    ['a factory that throws', "export default () => { throw new Error('no air'); };", 'no air'],
    ['nothing made', 'export default () => undefined;', 'it made no channel'],
    ['a bad name', source("name: 'Bad Name', sound: 'x'"), 'snake_case'],
    ['a name that is no text', source("name: 7, sound: 'x'"), 'snake_case'],
    ['no summary', source("name: 'mute', summary: '', sound: 'x'"), 'summary is missing'],
    ['a schema of its own', source("name: 'odd', params: {}, sound: 'x'"), 'the z that is handed in'],
    ['what its kind lacks', source("name: 'mute'"), 'sound is missing'],
    ['what its kind refuses', source("name: 'mute', sound: ''"), 'a horn must sound'],
    ['a name of Cortex', source("name: 'bell', sound: 'x'"), 'comes from Cortex itself already. Fix: choose another'],
  ])('refuses %s, naming the file and the fix', async (_case, text, message) => {
    await writeFile(join(folder, 'broken.horn.mjs'), text);
    const failure = await load().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PluginLoadError);
    expect(failure).toMatchObject({ code: 'CORTEX_CHANNEL_LOAD', file: join(folder, 'broken.horn.mjs') });
    const { message: problem, fix } = failure as PluginLoadError;
    expect(`${problem}. Fix: ${fix}`).toContain(message);
  });

  it('names both files when two plugins have one name', async () => {
    await writeFile(join(folder, 'a.horn.mjs'), source("name: 'same', sound: 'x'"));
    await writeFile(join(folder, 'b.horn.mjs'), source("name: 'same', sound: 'y'"));
    await expect(load()).rejects.toThrow(/b\.horn\.mjs: a channel "same" comes from .*a\.horn\.mjs already/);
  });

  it.each<[PluginKind, string]>([
    ['action', 'CORTEX_ACTION_LOAD'],
    ['check', 'CORTEX_CHECK_LOAD'],
    ['channel', 'CORTEX_CHANNEL_LOAD'],
  ])('names a folder of the kind %s that cannot be read as %s', async (kind, code) => {
    const gone = join(folder, 'gone');
    await expect(load({ kind, folders: [gone] })).rejects.toMatchObject({
      code,
      file: gone,
      message: expect.stringContaining('cannot be read'),
      fix: expect.stringContaining('create it'),
    });
  });
});
