import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the explanation computes nothing: it knows the models and itself, and nothing that judges', () => {
  const folder = import.meta.dirname;
  const imported = readdirSync(folder)
    .filter((name) => !name.endsWith('.test.ts'))
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    );
  expect(imported.length).toBeGreaterThan(10);
  expect(
    imported.filter((from = '') => !/^(@cortex\/contracts|\.\/[\w-]+\.ts|\.\.\/model\/[\w-]+\.ts)$/.test(from)),
  ).toEqual([]);
});
