import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtinChecks } from '@cortex/checks';
import { parseConfiguration } from '@cortex/config';
import { describe, expect, it } from 'vitest';

const checks = [...builtinChecks.values()];
const page = readFileSync('docs/plugins.md', 'utf8');
const said = sourcesWithoutLists();

/** What the checks may say: their sources without the lists of it. */
function sourcesWithoutLists(): string {
  return readdirSync('libs/checks/src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'failures.ts')
    .map((path) => readFileSync(join('libs/checks/src', path), 'utf8').replace(/^ {2}failures: \[[^]*?\],\n/m, ''))
    .join('\n');
}

function problemsOf(check: string): readonly unknown[] {
  const indented = check.replaceAll('\n', '\n    ');
  const service = /^service: (\S+)$/m.exec(check)?.[1] ?? 'shop';
  const text = `version: 1
services:
  - name: ${service}
    instances: [{ id: ${service}-1, port: 8080 }]
checks:
  - ${indented}
`;
  const result = parseConfiguration({
    entry: '/cortex.yaml',
    readFile: () => text,
    listFiles: () => [],
    plugins: { checks: builtinChecks },
  });
  return result.ok ? [] : result.problems;
}

/** The words of a failure between what was seen: they stand in the sources as they are. */
function wordsOf(failure: string): readonly string[] {
  return failure
    .split(/…|: |[",()%]/)
    .map((words) => words.trim())
    .filter((words) => /[a-z]/i.test(words));
}

/** In one piece, or put together of two. */
function isSaid(words: string): boolean {
  if (said.includes(words)) return true;
  const spaces = [...words.matchAll(/ /g)].map(({ index }) => index);
  return spaces.some((at) => said.includes(words.slice(0, at)) && said.includes(words.slice(at + 1)));
}

describe.each(checks)('$name in docs/plugins.md', ({ name, example = '', failures = [] }) => {
  it('has an example that the configuration takes', () => {
    expect(example).toContain(`\ntype: ${name}\n`);
    expect(problemsOf(example)).toEqual([]);
  });

  it('says how it fails, in words that it has', () => {
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.flatMap(wordsOf).filter((words) => !isSaid(words))).toEqual([]);
  });

  it('is shown with all of that, and with what each parameter means', () => {
    const [, after = ''] = page.split(`### \`${name}\`\n`);
    const [section = ''] = after.split('\n### ');
    expect(section).toContain('| parameter | form | default | meaning |');
    expect(section).not.toMatch(/^\| .*\|  \|$/m);
    for (const failure of failures) expect(section).toContain(`- \`${failure}\`\n`);
    expect(section).toContain(example);
  });
});

describe('the example of a check', () => {
  it('would not be taken with a typo', () => {
    expect(problemsOf('name: a\ntype: http_endpoint\nservice: shop\npaht: /health')).toHaveLength(1);
  });
});
