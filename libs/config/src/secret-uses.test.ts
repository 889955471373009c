import { expect, it } from 'vitest';
import { findSecretUses, secretReferencesIn } from './index.ts';

const files: Readonly<Record<string, string>> = {
  '/site/cortex.yaml': `version: 1
playbooks: ['playbooks/*.yaml']
escalation:
  contacts:
    - name: ann
      channels:
        - type: webhook
          url: https://pager.example.org
          secret: env:PAGE_SECRET
checks:
  - { name: api, type: http, headers: { authorization: 'Bearer {{env:TOKEN}} {{name}}', x: 'file:/run/x' } }
`,
  '/site/playbooks/one.yaml': `playbook_id: one
pre_conditions:
  - { check: database, connection: env:DB_URL }
`,
};

it('finds every reference with its place, in the configuration and its playbooks', () => {
  const uses = findSecretUses({
    entry: '/site/cortex.yaml',
    readFile: (path) => files[path] ?? '',
    listFiles: () => ['/site/playbooks/one.yaml'],
  });
  expect(uses.map(({ reference, file, line, path }) => [reference, `${file}:${line}`, path])).toEqual([
    ['env:PAGE_SECRET', '/site/cortex.yaml:9', 'escalation.contacts[0].channels[0].secret'],
    ['env:TOKEN', '/site/cortex.yaml:11', 'checks[0].headers.authorization'],
    ['file:/run/x', '/site/cortex.yaml:11', 'checks[0].headers.x'],
    ['env:DB_URL', '/site/playbooks/one.yaml:3', 'pre_conditions[0].connection'],
  ]);
  const [first] = uses;
  expect(files['/site/cortex.yaml']?.split('\n')[8]?.slice((first?.column ?? 0) - 1)).toBe('env:PAGE_SECRET');
});

it.each([
  ['env:A', ['env:A']],
  ['a {{env:A}} and {{ file:/b }}', ['env:A', 'file:/b']],
  ['see env:A', []],
  ['{{name}}', []],
  ['http://x/file:/y', []],
  [{ a: [{ b: 'env:A' }, null, 3], c: 'x {{env:B}}' }, ['env:A', 'env:B']],
])('reads %j', (value, references) => {
  expect(secretReferencesIn(value)).toEqual(references);
});
