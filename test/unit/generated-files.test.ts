import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifacts } from '../../tools/generate/artifacts.ts';

describe('generated files', () => {
  it('are what the code says; `npm run generate` mends them', async () => {
    const stale = (await artifacts())
      .filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
      .map(({ path }) => path);
    expect(stale).toEqual([]);
  });

  it('include no schema of an event that is gone', async () => {
    const known = new Set((await artifacts()).map(({ path }) => path));
    const orphans = readdirSync('docs/events/schemas').filter((name) => !known.has(`docs/events/schemas/${name}`));
    expect(orphans).toEqual([]);
  });
});
