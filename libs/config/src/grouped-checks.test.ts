import { describe, expect, it } from 'vitest';
import { formatProblems } from './problem.ts';
import { parseFiles } from './testing/configuration-files.ts';

const services = `version: 1
services:
  - name: auth
    instances: [{ id: auth-1, host: auth.internal }]
  - name: shop
    instances: [{ id: shop-1 }, { id: shop-2 }]
`;
const url = 'url: http://127.0.0.1/';

function checksOf(rest: string) {
  const result = parseFiles({ 'cortex.yaml': services + rest });
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.configuration.checks;
}

/** `line:column code message fix` of each problem. */
function complaints(rest: string): readonly string[] {
  const result = parseFiles({ 'cortex.yaml': services + rest });
  return result.ok
    ? []
    : result.problems.map(({ line, column, code, message, fix }) => `${line}:${column} ${code} ${message} | ${fix}`);
}

describe('checks in groups', () => {
  it('below a service are checks of all its instances, by the name of their key, in the tier of their group', () => {
    const checks = checksOf(`    shallow_checks: { http_endpoint: { ${url}, timeout: 50ms } }
    deep_checks: { postgres: { ${url}, retry: 1 } }
    comprehensive_checks: { http_endpoint_slow: { check: http_endpoint, ${url} } }
`);
    const shown = checks.map(({ name, type, tier, target }) => [name, type, tier, target.instance]);
    expect(shown).toEqual([
      ['shop/http_endpoint:shop-1', 'http_endpoint', 'shallow', 'shop-1'],
      ['shop/http_endpoint:shop-2', 'http_endpoint', 'shallow', 'shop-2'],
      ['shop/postgres:shop-1', 'postgres', 'deep', 'shop-1'],
      ['shop/postgres:shop-2', 'postgres', 'deep', 'shop-2'],
      ['shop/http_endpoint_slow:shop-1', 'http_endpoint', 'comprehensive', 'shop-1'],
      ['shop/http_endpoint_slow:shop-2', 'http_endpoint', 'comprehensive', 'shop-2'],
    ]);
    const timing = checks.map(({ intervalMs, timeoutMs, retries }) => [intervalMs, timeoutMs, retries]);
    expect(timing[0]).toEqual([5_000, 50, 3]);
    expect(timing[2]).toEqual([30_000, 5_000, 1]);
    expect(timing[4]).toEqual([300_000, 30_000, 0]);
  });

  it('below a service may be of another one, or of one instance', () => {
    const checks = checksOf(`    deep_checks:
      http_endpoint: { service: auth, url: "http://\${instance.host}/" }
      postgres: { instance: shop-2, ${url} }
`);
    expect(checks.map(({ name, target, params }) => ({ name, target, params }))).toEqual([
      {
        name: 'shop/http_endpoint',
        target: { service: 'auth', instance: 'auth-1' },
        params: { url: 'http://auth.internal/' },
      },
      {
        name: 'shop/postgres',
        target: { service: 'shop', instance: 'shop-2' },
        params: { url: 'http://127.0.0.1/' },
      },
    ]);
  });

  it('at the root name their target themselves', () => {
    const checks = checksOf(`shallow_checks: { http_endpoint: { service: auth, ${url} } }
checks: [{ name: other, type: http_endpoint, instance: shop-1, ${url} }]
`);
    expect(checks.map(({ name, target }) => [name, target.instance])).toEqual([
      ['other', 'shop-1'],
      ['http_endpoint', 'auth-1'],
    ]);
  });

  it('leave the keys name, type and tier to the parameters', () => {
    const result = parseFiles(
      {
        'cortex.yaml': `${services}deep_checks: { cache: { service: auth, type: redis, name: a, tier: b, params: { check: c } } }\n`,
      },
      'none',
    );
    expect(result.ok && result.configuration.checks[0]?.params).toEqual({
      type: 'redis',
      name: 'a',
      tier: 'b',
      check: 'c',
    });
  });

  it('can be named by a playbook, also below a service', () => {
    const playbook = (check: string) => `playbook_id: p
name: p
version: "1.0.0"
category: infrastructure
severity: low
trigger: { condition: disk_usage_percent > 85 }
pre_conditions: [{ check: "${check}" }]
remediation_steps: [{ step: 1, name: a, action: restart_service }]
verification: { check: disk_usage_percent < 75 }
`;
    const configuration = `${services}    deep_checks: { http_endpoint: { ${url} } }\nplaybooks: [p.yaml]\n`;
    const parse = (check: string) => parseFiles({ 'cortex.yaml': configuration, 'p.yaml': playbook(check) });
    expect(parse('shop/http_endpoint').ok).toBe(true);
    expect(parse('shop/nothing').ok).toBe(false);
  });

  it.each([
    {
      mistake: 'a mistyped check',
      text: `    shallow_checks:\n      http_endpont: { ${url} }\n`,
      says: '8:7 CORTEX_CONFIG_UNKNOWN_CHECK unknown check type "http_endpont" | did you mean "http_endpoint"?',
    },
    {
      mistake: 'a name of its own without its check',
      text: `    shallow_checks:\n      front_page: { ${url} }\n`,
      says: '8:7 CORTEX_CONFIG_UNKNOWN_CHECK unknown check type "front_page" | use one of http_endpoint, postgres, writable_filesystem, no_active_backups, sufficient_permissions, or keep the name and add check: ...',
    },
    {
      mistake: 'a mistyped check of a name',
      text: `    shallow_checks:\n      front_page: { check: http_endpont, ${url} }\n`,
      says: '8:28 CORTEX_CONFIG_UNKNOWN_CHECK unknown check type "http_endpont" | did you mean "http_endpoint"?',
    },
    {
      mistake: 'a mistyped group',
      text: `    shalow_checks:\n      http_endpoint: { ${url} }\n`,
      says: '7:5 CORTEX_CONFIG_UNKNOWN_KEY unknown key "shalow_checks" | did you mean "shallow_checks"?',
    },
    {
      mistake: 'a list',
      text: `    shallow_checks:\n      - { ${url} }\n`,
      says: '8:7 CORTEX_CONFIG_WRONG_TYPE shallow_checks is a list, but checks by name belong here | write checks by name',
    },
    {
      mistake: 'a group with nothing below it',
      text: '    shallow_checks:\n',
      says: '7:5 CORTEX_CONFIG_EMPTY shallow_checks is nothing, but checks by name belong here | write checks by name',
    },
    {
      mistake: 'a check with nothing below it',
      text: '    shallow_checks:\n      http_endpoint:\n',
      says: '8:7 CORTEX_CONFIG_EMPTY http_endpoint is nothing, but the keys of a check belong here | write them',
    },
    {
      mistake: 'a mistyped parameter',
      text: `    shallow_checks:\n      http_endpoint:\n        ${url}\n        metod: GET\n`,
      says: '10:9 CORTEX_CONFIG_UNKNOWN_KEY unknown key "metod" | did you mean "method"?',
    },
    {
      mistake: 'the tier, which the group says',
      text: `    shallow_checks:\n      http_endpoint:\n        ${url}\n        tier: deep\n`,
      says: '10:9 CORTEX_CONFIG_UNKNOWN_KEY unknown key "tier" | the keys here are method, url, expected_status, check,',
    },
    {
      mistake: 'a wrong value of a parameter',
      text: `    shallow_checks:\n      http_endpoint:\n        url: nowhere\n`,
      says: '9:14 CORTEX_CONFIG_BAD_PARAMETER',
    },
    {
      mistake: 'a key that is no name',
      text: `    shallow_checks:\n      "-x": { check: http_endpoint, ${url} }\n`,
      says: '8:7 CORTEX_CONFIG_INVALID_VALUE "-x" is no name of a check | starts with a letter or digit',
    },
    {
      mistake: 'a key that is a name of JavaScript',
      text: `    shallow_checks:\n      __proto__: { check: http_endpoint, ${url} }\n`,
      says: '8:7 CORTEX_CONFIG_INVALID_VALUE "__proto__" is no name of a check | starts with a letter or digit',
    },
    {
      mistake: 'one name in two tiers',
      text: `    shallow_checks: { http_endpoint: { ${url} } }\n    deep_checks:\n      http_endpoint: { ${url} }\n`,
      says: '9:7 CORTEX_CONFIG_DUPLICATE_NAME the check "shop/http_endpoint" exists already, in line 7 | give each its own name',
    },
    {
      mistake: 'a name of the list again',
      text: `checks: [{ name: postgres, type: postgres, service: auth, ${url} }]\ndeep_checks:\n  postgres: { service: auth, ${url} }\n`,
      says: '9:3 CORTEX_CONFIG_DUPLICATE_NAME the check "postgres" exists already, in line 7 | give each its own name',
    },
    {
      mistake: 'a check at the root without a target',
      text: `shallow_checks:\n  http_endpoint: { ${url} }\n`,
      says: '8:3 CORTEX_CONFIG_MISSING_KEY check "http_endpoint" has no target | add service: ...',
    },
    {
      mistake: 'an unknown service',
      text: `    shallow_checks:\n      http_endpoint: { service: atuh, ${url} }\n`,
      says: '8:33 CORTEX_CONFIG_UNKNOWN_SERVICE unknown service "atuh" | did you mean "auth"?',
    },
    {
      mistake: 'an instance of another service',
      text: `    shallow_checks:\n      http_endpoint: { instance: auth-1, ${url} }\n`,
      says: '8:34 CORTEX_CONFIG_UNKNOWN_INSTANCE unknown instance of service "shop" "auth-1" | use one of shop-1, shop-2',
    },
    {
      mistake: 'a timeout as long as the interval',
      text: `    shallow_checks:\n      http_endpoint: { timeout: 5s, ${url} }\n`,
      says: '8:33 CORTEX_CONFIG_TIMEOUT_TOO_LONG check "shop/http_endpoint" may take 5s, but runs every 5s',
    },
    {
      mistake: 'a limit without the quotes that YAML wants',
      text: `    shallow_checks:\n      http_endpoint: { ${url} }\n      basic_metrics:\n        memory_available: >100MB\n`,
      says: "> at the start of a value begins a text of several lines | a value that begins with > needs quotes: '>100MB'",
    },
    {
      mistake: 'an unknown variable',
      text: `    shallow_checks:\n      http_endpoint: { url: "http://\${host}/" }\n`,
      says: '8:37 CORTEX_CONFIG_UNKNOWN_VARIABLE unknown variable ${host} | use ${service}',
    },
  ])('refuse $mistake', ({ text, says }) => {
    const found = complaints(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(says);
  });

  it('of one service do not hide mistakes of the service, nor the other way round', () => {
    const found = complaints(`    shallow_checks: { http_endpont: { ${url} } }\n    criticl: true\n`);
    expect(found).toHaveLength(2);
  });
});
