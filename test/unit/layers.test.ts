import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const script = resolve('tools/check-layers.mjs');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What the check says of a repository of these files and of two packages, the domain library `libs/one` and the app `apps/two`. */
function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'cortex-layers-'));
  folders.push(root);
  const manifest = (name: string, layer: string) => JSON.stringify({ name, nx: { tags: [`layer:${layer}`] } });
  const all = {
    'package.json': '{}',
    'libs/one/package.json': manifest('@cortex/one', 'domain'),
    'apps/two/package.json': manifest('@cortex-app/two', 'app'),
    'apps/two/src/main.ts': '',
    'deploy/a.mjs': '',
    'tools/a.mjs': '',
    'test/a.ts': '',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { stderr } = spawnSync(process.execPath, [script], { cwd: root, encoding: 'utf8' });
  return stderr.split('\n').filter((line) => line !== '');
}

describe('the check of imports', () => {
  it('has nothing against imports in one direction', () => {
    const files = {
      'libs/one/src/a.ts': "import { b } from './b/b.ts';",
      'libs/one/src/b/b.ts': 'export const b = 1;',
    };
    expect(problemsOf(files)).toEqual([]);
  });

  it('refuses files that import each other, types included', () => {
    const files = {
      'libs/one/src/a.ts': "import type { B } from './b.ts';",
      'libs/one/src/b.ts': "import { c } from './c.ts';",
      'libs/one/src/c.ts': "export { a } from './a.ts';",
    };
    const circle = 'libs/one/src/a.ts, libs/one/src/b.ts, libs/one/src/c.ts';
    expect(problemsOf(files)).toContain(`files in a circle of imports: ${circle}`);
  });

  it('refuses folders of a domain library that import each other, though no files do', () => {
    const files = {
      'libs/one/src/low/a.ts': '',
      'libs/one/src/high/b.ts': "import { a } from '../low/a.ts';",
      'libs/one/src/low/c.ts': "import { b } from '../high/b.ts';",
    };
    expect(problemsOf(files)).toEqual(['folders in a circle of imports: libs/one/src/high, libs/one/src/low']);
  });

  it.each(['test/b.ts', 'tools/b.ts', 'apps/two/src/b.ts'])(
    'refuses the path to the inside of a package in %s',
    (path) => {
      const up = '../'.repeat(path.split('/').length - 1);
      const files = { 'libs/one/src/a.ts': '', [path]: `import '${up}libs/one/src/a.ts';` };
      expect(problemsOf(files)).toEqual([
        `${path}: reaches into another package by path, instead of what it exports (libs/one/src/a.ts)`,
      ]);
    },
  );

  it('leaves the docs of an app to tools, and nothing else of it', () => {
    const files = {
      'libs/one/src/a.ts': '',
      'tools/b.ts': "import { page } from '@cortex-app/two/docs';",
      'tools/c.ts': "import { page } from '@cortex-app/two';",
    };
    expect(problemsOf(files)).toEqual([
      'tools/c.ts: of an app only /docs is imported, and /app by the simulation (@cortex-app/two)',
    ]);
  });

  it('leaves the library of the decision to its app', () => {
    const manifest = JSON.stringify({ name: '@cortex/decision', nx: { tags: ['layer:domain'] } });
    const files = {
      'libs/one/src/a.ts': '',
      'libs/decision/package.json': manifest,
      'libs/decision/src/a.ts': '',
      'apps/two/src/main.ts': "import { step } from '@cortex/decision';",
    };
    expect(problemsOf(files)).toContain('apps/two/src/main.ts: only @cortex-app/decision imports @cortex/decision');
  });

  it('lets a composition take the services of apps, and nothing else of them', () => {
    const dependencies = { '@cortex-app/two': '*' };
    const files = {
      'libs/one/src/a.ts': '',
      'apps/all/package.json': JSON.stringify({
        name: '@cortex-app/all',
        dependencies,
        nx: { tags: ['layer:composition'] },
      }),
      'apps/all/src/a.ts': "import { two } from '@cortex-app/two/service';",
    };
    expect(problemsOf(files)).toEqual([]);
    const more = { ...files, 'apps/all/src/b.ts': "import { two } from '@cortex-app/two/app';" };
    expect(problemsOf(more)).toEqual(['apps/all/src/b.ts: nobody imports an app (@cortex-app/two/app)']);
  });
});
