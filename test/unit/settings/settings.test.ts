import { resolve } from 'node:path';
import type ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { declarationsRead, filesIn, loadProgram } from './program.ts';
import { keysOf, readersOfSettings, settingsOf, textsOf } from './settings.ts';

/**
 * Settings that are read as properties of another type of the same form, which the file named here declares. TypeScript takes
 * one for the other, so no symbol leads from there to the model; the property there must be read instead.
 */
const readAs: Readonly<Record<string, string>> = {
  'safety.outbound.privateAddresses': 'libs/outbound/src/address-rules.ts',
  'safety.outbound.allowedRanges': 'libs/outbound/src/address-rules.ts',
  ...Object.fromEntries(
    ['silentAfterMs', 'warmUpMs', 'warmUpRecords', 'templates', 'templateSeries', 'operations'].map((name) => [
      `collector.signals.${name}`,
      'libs/signals/src/limits.ts',
    ]),
  ),
};

/** Settings that nothing reads, and why that is right. */
const exceptions: Readonly<Record<string, string>> = {
  'escalationPolicies[].name': 'the id of a policy without one is made of it, while the configuration is read',
};

/** Keys that are read as those of `tierOfGroup`, one after another. */
const groups = ['shallow_checks', 'deep_checks', 'comprehensive_checks'];

/**
 * The limits of this test: a setting counts as read wherever its value is taken, also where it is only shown; one of a key of
 * the YAML is carried on when the model has a property of the same name anywhere.
 */
describe('the configuration', () => {
  let program: ts.Program;
  beforeAll(() => {
    program = loadProgram();
  }, 120_000);

  it('has no setting that nothing reads', () => {
    expect(unread(program, settingsOf(program)).sort()).toEqual(Object.keys(exceptions).sort());
  });

  it('has no key that is not read from the file', () => {
    const keys = keysOf(program);
    expect(keys.length).toBeGreaterThan(200);
    const files = filesIn(program, 'libs/config/src');
    const read = declarationsRead(program, files, new Set(keys.map(nameOf)));
    const carriedOn = new Set([...settingsOf(program).keys()].flatMap((path) => path.split(/\.|\[\]/)));
    const named = new Set([...carriedOn, ...textsOf(program), ...groups]);
    expect(keys.filter((key) => !read.has(key) && !named.has(nameOf(key))).map(nameOf)).toEqual([]);
  });

  it('would be told of by this test: the only reader of one setting gone, another of the same name still read', () => {
    const path = 'playbooks[].verification.shortTerm.intervalMs';
    const edited = loadProgram(
      (file, text) =>
        file.includes('/libs/verification/src/') ? text.replaceAll(/\bintervalMs\b/g, 'durationMs') : text,
      program,
    );
    const some = [...settingsOf(edited)].filter(([one]) => one.endsWith('.intervalMs'));
    expect(some.length).toBeGreaterThan(2);
    expect(unread(edited, new Map(some))).toEqual([path]);
  });
});

/** The paths of these settings that nothing reads. */
function unread(program: ts.Program, settings: ReadonlyMap<string, ts.Declaration>): string[] {
  const names = new Set([...settings.keys()].map(lastName));
  const read = declarationsRead(program, readersOfSettings(program), names);
  const readIn = new Set([...read].map((one) => `${one.getSourceFile().fileName} ${nameOf(one)}`));
  return [...settings]
    .filter(([path, declaration]) => {
      const file = readAs[path];
      return !read.has(declaration) && (file === undefined || !readIn.has(`${resolve(file)} ${lastName(path)}`));
    })
    .map(([path]) => path);
}

function lastName(path: string): string {
  return path.split(/\.|\[\]/).findLast((name) => name !== '') ?? path;
}

function nameOf(declaration: ts.Declaration): string {
  return (declaration as ts.NamedDeclaration).name?.getText() ?? '';
}
