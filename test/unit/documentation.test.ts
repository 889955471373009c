import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ServiceEnvironment } from '@cortex/service';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(path, 'utf8');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'deploy/config/README.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/detectors'),
];
const operations = read('docs/operations.md');

function markdownIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** Every source that runs in production: no tests, nothing made for them, no builds. */
function sources(): readonly string[] {
  return ['libs', 'apps'].flatMap((kind) =>
    readdirSync(kind)
      .filter((name) => name !== 'testing')
      .flatMap((name) =>
        readdirSync(join(kind, name, 'src'), { recursive: true, encoding: 'utf8' })
          .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|(^|\/)test\//.test(path))
          .map((path) => join(kind, name, 'src', path)),
      ),
  );
}

/** The cells of each table row of a section. */
function rowsOf(section: string): readonly (readonly string[])[] {
  const text = new RegExp(`^## ${section}$([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(operations)?.[1] ?? '';
  return [...text.matchAll(/^\| +`.*\|$/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codeIn = (cell: string | undefined) => [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

describe.each(pages)('%s', (page) => {
  it('has no relative link that leads nowhere', () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
    const dead = links
      .filter((link) => !/^([a-z]+:|#)/.test(link))
      .filter((link) => !existsSync(join(dirname(page), link.replace(/#.*$/, ''))));
    expect(dead).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names only paths that exist', () => {
    const text = read('ARCHITECTURE.md').replaceAll(/```[\s\S]*?```/g, '');
    const named = [...text.matchAll(/`((?:apps|libs|deploy|docs|test|tools)\/[^`\s]*)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(normalize(path)))).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  it('lists the environment of every service, with its defaults, and no other', () => {
    const names = Object.keys(ServiceEnvironment.shape);
    const rows = rowsOf('Environment');
    expect(rows.map(([name]) => codeIn(name)[0]).slice(0, names.length)).toEqual(names);
    for (const [name, fallback] of rows.slice(0, names.length)) {
      const key = codeIn(name)[0] ?? '';
      const shown = codeIn(fallback)[0];
      const variables = shown === undefined ? {} : { [key]: shown };
      const settings: Record<string, unknown> = ServiceEnvironment.parse(variables);
      const defaults: Record<string, unknown> = ServiceEnvironment.parse({});
      expect({ [key]: settings[key] }).toEqual({ [key]: defaults[key] });
    }
  });

  it('lists every other variable that a source reads', () => {
    const listed = new Set(rowsOf('Environment').map(([name]) => codeIn(name)[0]));
    const found = sources().flatMap((path) =>
      [...read(path).matchAll(/\b(?:env|environment|variables)(?:\['|\.)(CORTEX_[A-Z_]+)/g)].map(
        ([, name]) => name ?? '',
      ),
    );
    expect(found.length).toBeGreaterThan(5);
    expect([...new Set(found)].filter((name) => !listed.has(name))).toEqual([]);
  });

  it('lists every metric with its kind and labels, and no other', () => {
    const declared = new Map<string, string>();
    for (const path of sources()) {
      const matches = read(path).matchAll(
        /new (Counter|Gauge|Histogram)\(\{\s*name: '(cortex_\w+)'([\s\S]*?)registers/g,
      );
      for (const [, kind, name, rest] of matches) {
        const labels = /labelNames: \[([^\]]*)\]/.exec(rest ?? '')?.[1] ?? '';
        const list = [...labels.matchAll(/'(\w+)'/g)].map(([, label]) => label);
        declared.set(name ?? '', `${kind?.toLowerCase()} ${list.join(' ')}`.trim());
      }
    }
    // Whatever way a metric is declared in, none is missed.
    const named = sources().flatMap((path) =>
      [...read(path).matchAll(/name: '(cortex_\w+)'/g)].map(([, name]) => name),
    );
    expect([...declared.keys()].sort()).toEqual([...new Set(named)].sort());
    const rows = rowsOf('Metrics');
    const documented = rows.map(([name, kind, labels]) => [
      codeIn(name)[0],
      `${kind} ${codeIn(labels).join(' ')}`.trim(),
    ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared));
    expect(documented).toHaveLength(declared.size);
  });

  it('alerts on metrics that exist', () => {
    const known = new Set(rowsOf('Metrics').map(([name]) => codeIn(name)[0]));
    const alerts = /^## What to alert on$[\s\S]*/m.exec(operations)?.[0] ?? '';
    const used = [...alerts.matchAll(/\bcortex_[a-z_]+/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});
