import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** What runs in the simulation. */
const simulated = [
  'libs/bus/src',
  'libs/shards/src',
  ...['decision', 'executor', 'verifier', 'escalator', 'health-checker', 'learner'].map((app) => `apps/${app}/src`),
];
/** Tests, and what speaks to a NATS server or is not part of a service. */
const isLeftOut = (path: string): boolean => /\.test\.ts$|\/src\/test\/|\/src\/nats\//.test(path);
const ownTime = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b/;

test('services and the bus take time and chance from their runtime alone (timers: see the linter)', () => {
  const files = simulated.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => path.endsWith('.ts') && !isLeftOut(path)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((path) => ownTime.test(readFileSync(path, 'utf8')))).toEqual([]);
});
