import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadChannels } from './load-channels.ts';
import { builtinChannels } from './registry.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cortex-channels-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('loadChannels', () => {
  it('adds the channels of a folder to the built-in ones', async () => {
    await writeFile(
      join(folder, 'horn.channel.mjs'),
      `export default ({ defineChannel, z }) => defineChannel({
        name: 'horn', summary: 'Sounds the horn', params: z.strictObject({ loud: z.boolean() }),
        send: async () => ({ delivered: true, detail: 'toot' }),
      });`,
    );
    const channels = await loadChannels([folder]);
    expect([...channels.keys()]).toEqual([...builtinChannels.keys(), 'horn']);
    expect(channels.get('horn')?.params.safeParse({ loud: 1 }).success).toBe(false);
  });

  it.each([
    [
      'a name that is taken',
      `name: 'log', summary: 's', params: z.strictObject({}), send() {}`,
      'comes from Cortex itself already',
    ],
    ['no send', `name: 'horn', summary: 's', params: z.strictObject({})`, 'send is missing'],
  ])('refuses %s and names the file', async (_, body, problem) => {
    await writeFile(join(folder, 'bad.channel.mjs'), `export default ({ z }) => ({ ${body} });`);
    await expect(loadChannels([folder])).rejects.toThrow(new RegExp(`bad\\.channel\\.mjs: .*${problem}`));
    await expect(loadChannels([folder])).rejects.toMatchObject({ code: 'CORTEX_CHANNEL_LOAD' });
  });
});
