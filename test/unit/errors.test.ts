import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue } from '@cortex/errors';
import { describe, expect, it } from 'vitest';

const catalogue = Object.keys(errorCatalogue);

/** What ships: no tests, nothing made for them, and not the catalogue itself. */
const sources = new Map(
  ['libs', 'apps']
    .flatMap((kind) => readdirSync(kind).flatMap((name) => filesUnder(join(kind, name, 'src'))))
    .concat(filesUnder('apps/cli/bin'))
    .filter((path) => !path.startsWith('libs/testing/') && !path.startsWith('libs/errors/'))
    .filter((path) => !/\.test\.tsx?$|\/(?:test|testing|test-data)\/|\/test-support\.ts$/.test(path))
    .map((path) => [path, readFileSync(path, 'utf8')]),
);

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:tsx?|mjs)$/.test(path))
    .map((path) => join(folder, path));
}

/** Names of the same form that are no codes: variables of the environment, and what is named for others to see. */
const otherNames = new Set([
  ...[...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(CORTEX_\w+)`/gm)].map(([, name]) => name),
  'CORTEX_DEMO_PAGE_SECRET', // set by the demo for its own services
  'CORTEX_HEALTH_CHECK', // the stream of the check of NATS
  'CORTEX_POOL', // and the name of a pool: an address for the check of databases
  'CORTEX_TARGET', // marks a process that an action started
]);

/** Where each `'CORTEX_…'` stands. Comments, and what a text only mentions, are not meant. */
function quotedNames(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of sources) {
    for (const [, name] of text.matchAll(/['`](CORTEX_[A-Z]+(?:_[A-Z]+)*)/g)) {
      if (name !== undefined) found.set(name, [...(found.get(name) ?? []), path]);
    }
  }
  return found;
}

describe('the catalogue of errors', () => {
  const named = quotedNames();

  it('has every code that a source names', () => {
    const unknown = [...named].filter(([name]) => !catalogue.includes(name) && !otherNames.has(name));
    expect(unknown).toEqual([]);
  });

  it('has no code that no source uses', () => {
    expect(catalogue.filter((code) => !named.has(code))).toEqual([]);
  });

  it('is shown whole in docs/errors.md', () => {
    const page = readFileSync('docs/errors.md', 'utf8');
    expect([...page.matchAll(/^\| `(CORTEX_\w+)` \|/gm)].map(([, code]) => code).sort()).toEqual(catalogue.toSorted());
  });
});

describe('every error', () => {
  it('of a class of its own has a code', () => {
    const classes = [...sources].flatMap(([path, text]) =>
      [...text.matchAll(/^(?:export )?class (\w+) extends \w*Error\b[\s\S]*?\}$/gm)].map(([whole, name]) => ({
        name: `${path}: ${name}`,
        hasCode:
          /extends (?!(?:Aggregate|Range|Syntax|Type)?Error\b)/.test(whole) || /^ {2}readonly code: /m.test(whole),
      })),
    );
    expect(classes.length).toBeGreaterThan(30);
    expect(classes.filter(({ hasCode }) => !hasCode).map(({ name }) => name)).toEqual([]);
  });

  // RangeError and TypeError tell a mistake of the caller in the code itself, which nobody can look up and mend.
  it('that is thrown has a code', () => {
    const plain = [...sources].flatMap(([path, text]) =>
      [...text.matchAll(/.*\bnew Error\(.*/g)].map(([line]) => `${path}: ${line.trim()}`),
    );
    expect(plain).toEqual([]);
  });
});
