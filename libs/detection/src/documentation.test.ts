import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allDetectors } from './detectors/all-detectors.ts';

test('docs/detection.md lists every detector with its component, and no other', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/detection.md', import.meta.url)), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, component]) => [name, component]);
  expect(rows.toSorted()).toEqual(allDetectors.map(({ name, component }) => [name, component]).toSorted());
});
