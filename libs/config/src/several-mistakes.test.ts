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
