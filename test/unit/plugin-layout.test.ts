import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtinActions } from '@cortex/actions';
import { builtinChannels } from '@cortex/channels';
import { builtinChecks } from '@cortex/checks';
import { describe, expect, it } from 'vitest';

const kinds = [
  { kind: 'actions', names: [...builtinActions.keys()], folder: '<category>/<name>' },
  { kind: 'checks', names: [...builtinChecks.keys()], folder: '<tier>/<name>' },
  { kind: 'channels', names: [...builtinChannels.keys()], folder: '<name>' },
];

/** What the registry imports plugins from, relative to `src`. */
function definitionsOf(kind: string): readonly string[] {
  const registry = readFileSync(`libs/${kind}/src/registry.ts`, 'utf8');
  return [...registry.matchAll(/^import \{.*\} from '\.\/(.+)';$/gm)].map(([, path]) => path ?? '');
}

describe.each(kinds)('the plugins of libs/$kind', ({ kind, names, folder }) => {
  const source = `libs/${kind}/src`;
  const definitions = definitionsOf(kind);
  const folders = definitions.map((path) => dirname(path));

  it(`lie in ${folder}/<name>.ts, each in a folder of its own`, () => {
    const depth = folder.split('/').length + 1;
    const expected = names.map((name) => name.replaceAll('_', '-')).map((name) => `${name}/${name}.ts`);
    expect(definitions.map((path) => path.split('/').slice(-2).join('/')).toSorted()).toEqual(expected.toSorted());
    expect(definitions.filter((path) => path.split('/').length !== depth)).toEqual([]);
  });

  it('share their category with nothing but plugins', () => {
    const categories = [...new Set(folders.map((path) => dirname(path)))].filter((path) => path !== '.');
    const inside = categories.flatMap((category) => readdirSync(join(source, category)).map((n) => join(category, n)));
    expect(inside.filter((path) => !folders.includes(path))).toEqual([]);
  });

  it('take nothing from the folder of another', () => {
    const taken = folders.flatMap((own) =>
      sourcesUnder(join(source, own)).flatMap((path) =>
        importsOf(path).filter((file) =>
          folders.some((other) => other !== own && file.startsWith(join(source, other, '/'))),
        ),
      ),
    );
    expect(taken).toEqual([]);
  });
});

function sourcesUnder(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

function importsOf(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, file]) =>
    join(dirname(path), file ?? ''),
  );
}
