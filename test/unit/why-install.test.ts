import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const tool = resolve('tools/why-install.mjs');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Package {
  readonly version: string;
  readonly optional?: boolean;
}

/** What is said of a lockfile and of what npm noted when it had installed; without a note, npm was never done. */
function reasonFor(
  wanted: Readonly<Record<string, Package>>,
  installed?: Readonly<Record<string, Package>> | 'no note',
): string {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-install-'));
  folders.push(folder);
  const write = (path: string, packages: Readonly<Record<string, Package>>): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify({ packages }));
  };
  write('package-lock.json', { '': { version: '0.1.0' }, ...wanted });
  if (installed === 'no note') mkdirSync(join(folder, 'node_modules'));
  else if (installed !== undefined) write('node_modules/.package-lock.json', installed);
  const script = `import { whyInstall } from ${JSON.stringify(tool)}; console.log(whyInstall(process.argv[1]) ?? 'nothing');`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], { encoding: 'utf8' }).stdout.trim();
}

const one = { 'node_modules/one': { version: '1.0.0' } };

test('nothing is installed again, whoever installed it', () => {
  expect(reasonFor(one, one)).toBe('nothing');
});

test('a first install, and one that was broken off, are told apart', () => {
  expect(reasonFor(one)).toBe('node_modules is missing');
  expect(reasonFor(one, 'no note')).toBe('the last install did not end');
});

test('what has changed in the lockfile is named', () => {
  const changed = 'package-lock.json has changed since the last install';
  expect(reasonFor({ 'node_modules/one': { version: '1.0.1' } }, one)).toBe(`${changed} (one)`);
  expect(reasonFor({}, one)).toBe(`${changed} (one)`);
  const two = { ...one, 'node_modules/@of/two': { version: '1.0.0' }, 'node_modules/three': { version: '1.0.0' } };
  expect(reasonFor(two, one)).toBe(`${changed} (@of/two and 1 more)`);
});

test('optional packages of other platforms need not be there', () => {
  expect(reasonFor({ ...one, 'node_modules/of-another': { version: '1.0.0', optional: true } }, one)).toBe('nothing');
});
