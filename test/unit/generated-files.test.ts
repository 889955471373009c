import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifacts } from '../../tools/generate/artifacts.ts';

const generated = await artifacts();

describe('generated files', () => {
  it('are what the code says; `npm run generate` mends them', () => {
    const stale = generated
      .filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
      .map(({ path }) => path);
    expect(stale).toEqual([]);
  });

  it('include no schema of an event that is gone', () => {
    const known = new Set(generated.map(({ path }) => path));
    const orphans = readdirSync('docs/events/schemas').filter((name) => !known.has(`docs/events/schemas/${name}`));
    expect(orphans).toEqual([]);
  });
});
