import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** From the bottom up: what stands in a folder imports from its own and from those before it. */
const folders = [
  'hash',
  'model',
  'explain',
  'signals',
  'record',
  'assessment',
  'gates',
  'selection',
  'safety',
  'verdict',
  'moves',
  'decide',
  'lifecycle',
] as const;
/** The explanation puts into words what was computed elsewhere. */
const explained = ['explain', 'model'];

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

test('imports go down: no circle, and the explanation computes nothing', () => {
  const source = import.meta.dirname;
  const wrong: string[] = [];
  for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    const from = folderOf(path);
    if (!path.includes('/') || !path.endsWith('.ts') || path.endsWith('.test.ts') || from === 'testing') continue;
    for (const [, specifier = ''] of readFileSync(join(source, path), 'utf8').matchAll(/from '(\.[^']+)'/g)) {
      const imported = relative(source, join(source, dirname(path), specifier));
      if (!imported.includes('/')) continue;
      const to = folderOf(imported);
      const isUp = folders.findIndex((name) => name === to) > folders.findIndex((name) => name === from);
      const isComputing = from === 'explain' && !explained.includes(to);
      if (isUp || isComputing || !folders.some((name) => name === from)) wrong.push(`${path} imports ${imported}`);
    }
  }
  expect(wrong).toEqual([]);
});
