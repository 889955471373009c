import { describe, expect, it } from 'vitest';
import { parseFiles } from './testing/configuration-files.ts';

const wrongDuration = 'CORTEX_CONFIG_BAD_DURATION';

/** Line by line, with two mistakes in one entry each: a number without a unit, and a name that nobody has. */
const entries = [
  {
    name: 'a level of an escalation',
    text: 'escalation: { policies: [{ name: All, escalation_chain: [{ level: 1, delay: 3, notify: nobody }] }] }',
    second: 'CORTEX_CONFIG_UNKNOWN_CONTACT',
  },
  {
    name: 'a level that notifies several',
    text: 'escalation: { policies: [{ name: All, escalation_chain: [{ level: 1, delay: 3, notify: [log, nobody] }] }] }',
    second: 'CORTEX_CONFIG_UNKNOWN_CONTACT',
  },
  {
    name: 'a policy',
    text: 'escalation: { policies: [{ name: All, applies_to: [shopp], escalation_chain: [{ level: 1, delay: 3, notify: log }] }] }',
    second: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
  },
  {
    name: 'a check',
    text: 'checks: [{ name: a, type: http_endpoint, url: "http://x/", service: shop, instance: shop-9, interval: 3 }]',
    second: 'CORTEX_CONFIG_UNKNOWN_INSTANCE',
  },
  {
    name: 'a check of a group',
    text: 'shallow_checks: { a: { check: http_endpont, service: shop, interval: 3 } }',
    second: 'CORTEX_CONFIG_UNKNOWN_CHECK',
  },
  {
    name: 'the safety policy',
    text: 'safety: { settling: 3, protected_targets: [{ service: shopp }] }',
    second: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
  },
  {
    name: 'the collector',
    text: 'collector: { host: { interval: 3, disks: [{ path: /, service: shopp }] } }',
    second: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
  },
  {
    name: 'detection',
    text: 'detection: { repeat: 3, rules: [{ name: a, match: { service: shopp } }] }',
    second: 'CORTEX_CONFIG_UNKNOWN_SERVICE',
  },
];

function codesOf(text: string): readonly string[] {
  const result = parseFiles({
    'cortex.yaml': `version: 1\nservices: [{ name: shop, instances: [{ id: shop-1 }] }]\n${text}\n`,
  });
  return result.ok ? [] : result.problems.map(({ code }) => code);
}

describe('two mistakes beside each other are both told', () => {
  it.each(entries)('in $name', ({ text, second }) => {
    const codes = codesOf(text);
    expect(codes).toContain(second);
    expect(codes).toContain(wrongDuration);
  });

  it('in a service', () => {
    const result = parseFiles({
      'cortex.yaml': 'version: 1\nservices: [{ name: shop, depends_on: [db], instances: 3 }]\n',
    });
    expect(result.ok ? [] : result.problems.map(({ code }) => code)).toEqual([
      'CORTEX_CONFIG_UNKNOWN_SERVICE',
      'CORTEX_CONFIG_WRONG_TYPE',
    ]);
  });

  it('in a contact', () => {
    expect(
      codesOf('escalation: { contacts: [{ name: ann, mood: fine, channels: [{ type: carrier_pigeon }] }] }'),
    ).toEqual(['CORTEX_CONFIG_UNKNOWN_KEY', 'CORTEX_CONFIG_UNKNOWN_CHANNEL']);
  });
});

const restart = `playbook_id: restart
name: Restart
version: 1.0.0
category: application
severity: high
services: [shop]
trigger: { condition: '"shop-http" in failing_checks' }
remediation_steps: [{ step: 1, name: Restart, action: restart_service }]
verification: { health_checks: { duration: 10s } }
rollback: { available: false, reason: None }
escalation: { notify: [ann] }
safety: { blast_radius: single_host }
`;

describe('what only follows from a mistyped key is not told', () => {
  it.each([
    ['the services', { services: 'sevices' }, ['sevices']],
    ['the checks', { checks: 'check' }, ['check']],
    ['the escalation', { escalation: 'escalations' }, ['escalations']],
    ['the contacts', { contacts: 'contact' }, ['contact']],
    ['services and contacts', { services: 'servces', contacts: 'contcts' }, ['servces', 'contcts']],
  ])('of %s', (_, typos, unknown) => {
    let text = `version: 1
services:
  - { name: db, kind: databases, instances: [{ id: db-1 }] }
  - { name: shop, depends_on: [db], instances: [{ id: shop-1 }] }
checks:
  - { name: shop-http, service: shop, type: http_endpoint, url: "http://x/" }
  - { name: db-http, service: db, instance: db-1, type: http_endpoint, url: "http://x/" }
safety: { protected_targets: [{ service: db }] }
escalation:
  contacts: [{ name: ann, channels: [{ type: log }] }]
  policies: [{ name: All, applies_to: [databases, shop], escalation_chain: [{ level: 1, notify: ann }] }]
playbooks: [restart.yaml]
`;
    for (const [key, typo] of Object.entries(typos)) text = text.replace(`${key}:`, `${typo}:`);
    const result = parseFiles({ 'cortex.yaml': text, 'restart.yaml': restart });
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ message }) => message)).toEqual(unknown.map((key) => `unknown key "${key}"`));
  });

  it('but a name that is nowhere is', () => {
    const text =
      'version: 1\nsevices: [{ name: db, instances: [{ id: db-1 }] }]\nsafety: { protected_targets: [{ service: dv }] }\n';
    const result = parseFiles({ 'cortex.yaml': text });
    expect(result.ok ? [] : result.problems.map(({ code, fix }) => [code, fix])).toEqual([
      ['CORTEX_CONFIG_UNKNOWN_KEY', expect.stringContaining('did you mean "services"?')],
      ['CORTEX_CONFIG_UNKNOWN_SERVICE', 'did you mean "db"?'],
    ]);
  });
});
