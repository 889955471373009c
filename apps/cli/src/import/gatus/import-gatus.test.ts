import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CliError } from '../../core/cli-error.ts';
import { importGatus } from './import-gatus.ts';

interface Written {
  readonly services?: readonly Record<string, unknown>[];
  readonly checks?: readonly Record<string, unknown>[];
}

function imported(text: string) {
  const result = importGatus('gatus.yaml', text);
  return { ...result, written: parse(result.yaml) as Written };
}

/** A file of one endpoint; `keys` are further lines of it. */
function one(keys: string, conditions = '["[STATUS] == 200"]') {
  return imported(`endpoints:\n  - name: a\n    conditions: ${conditions}\n${keys.replaceAll(/^/gm, '    ')}`);
}

function refusal(text: string): CliError {
  try {
    importGatus('gatus.yaml', text);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('services and checks', () => {
  it('makes a service of a group, an instance of a host, and of what has no group a service of its host', () => {
    const { written, services, checks, notes } = imported(`
endpoints:
  - { name: shop, group: core, url: 'https://shop.example/health', conditions: ['[STATUS] == 200'] }
  - { name: cart, group: core, url: 'https://shop.example/cart', conditions: ['[STATUS] < 300'], interval: 5m }
  - { name: api, group: core, url: 'http://api.example:8080', conditions: ['[CONNECTED] == true'] }
  - { name: db, url: 'tcp://[::1]:5432', conditions: ['[CONNECTED] == true', '[RESPONSE_TIME] < 50'] }
`);
    expect(notes).toEqual([]);
    expect({ services, checks }).toEqual({ services: 2, checks: 4 });
    expect(written.services).toEqual([
      {
        name: 'core',
        remediate: false,
        instances: [
          { id: 'shop.example', host: 'shop.example' },
          { id: 'api.example', host: 'api.example' },
        ],
      },
      { name: '0::1', remediate: false, instances: [{ id: '0::1', host: '0::1' }] },
    ]);
    const shared = { type: 'http_endpoint', tier: 'deep', service: 'core', follow_redirects: 10, retries: 0 };
    expect(written.checks).toEqual([
      {
        ...shared,
        name: 'core/shop',
        instance: 'shop.example',
        url: 'https://shop.example/health',
        expected_status: 200,
        interval: '1m',
        timeout: '10s',
      },
      {
        ...shared,
        name: 'core/cart',
        instance: 'shop.example',
        url: 'https://shop.example/cart',
        expected_status: ['1xx', '2xx'],
        interval: '5m',
        timeout: '10s',
      },
      {
        ...shared,
        name: 'core/api',
        instance: 'api.example',
        url: 'http://api.example:8080',
        expected_status: ['1xx', '2xx', '3xx', '4xx', '5xx'],
        interval: '1m',
        timeout: '10s',
      },
      {
        name: 'db',
        type: 'tcp_port',
        tier: 'deep',
        service: '0::1',
        instance: '0::1',
        port: 5432,
        interval: '1m',
        timeout: '50ms',
        retries: 0,
      },
    ]);
  });

  it('gives names that Cortex takes, each once', () => {
    const entry = (name: string) => `  - { name: '${name}', url: 'http://h', conditions: ['[STATUS] == 200'] }\n`;
    const names = ['a', 'a', '(a', 'a-2', '__proto__', '#', 'ü x'].map(entry).join('');
    expect(imported(`endpoints:\n${names}`).written.checks?.map(({ name }) => name)).toEqual([
      'a',
      'a-2',
      'a-3',
      'a-2-2',
      'proto__',
      'unnamed',
      'ü x',
    ]);
  });

  it('keeps groups apart whose names become the same', () => {
    const entry = (group: string) =>
      `  - { name: a, group: '${group}', url: 'http://h', conditions: ['[STATUS] == 200'] }\n`;
    const { written } = imported(`endpoints:\n${['x', '(x', 'x', 'h'].map(entry).join('')}`);
    expect(written.services?.map(({ name }) => name)).toEqual(['x', 'x-2', 'h']);
  });

  it('reads the certificate of tls, and says that trust is not checked', () => {
    const { written, notes } = one('url: tls://h.example:993', '["[CERTIFICATE_EXPIRATION] > 48h"]');
    expect(written.checks).toMatchObject([
      { type: 'security_posture', check_certificates: 'expiry >2d', certificates: ['h.example:993'] },
    ]);
    expect(notes).toMatchObject([{ code: 'CORTEX_IMPORT_LEFT_OUT', what: 'trust in the certificate' }]);
    expect(one('url: tls://h:993\nclient: { insecure: true }', '["[CERTIFICATE_EXPIRATION] > 0"]').notes).toEqual([]);
  });

  it('takes shared settings from anchors', () => {
    const { written } = imported(`
x: &defaults { group: core, interval: 2m, client: { timeout: 3s, ignore-redirect: yes }, conditions: ['[STATUS] == 204'] }
endpoints:
  - { <<: *defaults, name: a, url: 'http://a' }
  - { <<: *defaults, name: b, url: 'http://b', interval: 3m }
`);
    expect(written.checks).toMatchObject([
      { service: 'core', interval: '2m', timeout: '3s', expected_status: 204 },
      { service: 'core', interval: '3m' },
    ]);
    expect(written.checks?.[0]).not.toHaveProperty('follow_redirects');
  });
});

describe('requests', () => {
  it('sends method, headers and body, with the placeholders of Gatus filled', () => {
    const { written } = one(
      'url: http://h/x\nmethod: POST\nheaders: { X-Id: 7 }\nbody: "[ENDPOINT_NAME] at [ENDPOINT_URL] $$1"',
    );
    expect(written.checks).toMatchObject([{ method: 'POST', headers: { 'X-Id': '7' }, body: 'a at http://h/x $1' }]);
  });

  it('wraps GraphQL', () => {
    const { written } = one('url: http://h\nmethod: POST\ngraphql: true\nbody: "{ users { id } }"');
    expect(written.checks).toMatchObject([
      { headers: { 'Content-Type': 'application/json' }, body: '{"query":"{ users { id } }"}' },
    ]);
  });

  it('turns variables of the environment into references', () => {
    const result = one(
      "url: http://h\nmethod: POST\nheaders: { Authorization: 'Bearer ${TOKEN}', Cookie: $COOKIE }\nbody: 'x=${BODY}'",
    );
    expect(result.written.checks).toMatchObject([
      { headers: { Authorization: 'Bearer {{env:TOKEN}}', Cookie: 'env:COOKIE' }, body: 'x={{env:BODY}}' },
    ]);
    expect(result.variables).toEqual(['TOKEN', 'COOKIE', 'BODY']);
  });

  it('moves secrets that stand in the file into variables, and shows them nowhere', () => {
    const result = one(
      'url: http://h\nheaders: { authorization: Basic canary, X-Api-Key: canary, Accept: text/plain }',
    );
    expect(result.written.checks).toMatchObject([
      {
        headers: {
          authorization: 'env:GATUS_1_AUTHORIZATION',
          'X-Api-Key': 'env:GATUS_1_X_API_KEY',
          Accept: 'text/plain',
        },
      },
    ]);
    expect(result.variables).toEqual(['GATUS_1_AUTHORIZATION', 'GATUS_1_X_API_KEY']);
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('never lets a text become a variable of Cortex', () => {
    expect(one('url: http://h/$${service}').written.checks).toMatchObject([{ url: 'http://h/$${service}' }]);
  });
});

describe('what stays behind', () => {
  it.each([
    ['url: icmp://h', 'endpoint of icmp'],
    ['url: "8.8.8.8"\ndns: { query-type: A, query-name: h }', 'endpoint of dns'],
    ['url: ws://h', 'endpoint of ws'],
    ['url: ssh://h:22\nssh: {}', 'endpoint of ssh'],
    ['url: starttls://h:25', 'endpoint of starttls'],
    ['url: gopher://h', 'url'],
    ['url: http://', 'url'],
    ['url: tcp://h', 'url'],
    ['url: "http://${HOST}/x"', 'url'],
    ['url: http://h\nenabled: no', 'endpoint'],
    ['url: http://user:canary@h', 'endpoint'],
    ['url: http://169.254.169.254/', 'endpoint'],
    ['url: http://h\nmethod: DELETE', 'endpoint'],
    ['url: https://h\nclient: { insecure: true }', 'client.insecure'],
    ['url: https://h\nheaders: { Host: other }', 'header Host'],
    ['url: http://h\nclient: { proxy-url: http://p }', 'proxy-url'],
    ['url: http://h\nclient: { oauth2: { client-secret: canary } }', 'oauth2'],
    ['url: http://h\nheaders: { X: "{{env:HOME}}" }', 'header X'],
    ['url: http://h\nheaders: { X: "env:HOME" }', 'header X'],
    ['url: http://h\nbody: "[RANDOM_STRING_8]"', 'body'],
    ['url: http://h\nbody: "{{x}}"', 'body'],
    ['url: http://h\ngraphql: true\nbody: "{ a(id: $ID) }"', 'body'],
  ])('%s is named, and no check is made', (keys, what) => {
    const result = one(keys);
    expect(result.checks).toBe(0);
    expect(result.notes).toContainEqual(
      expect.objectContaining({ code: 'CORTEX_IMPORT_LEFT_OUT', endpoint: 'a', what, line: expect.any(Number) }),
    );
    expect(result.yaml).toContain(what);
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it.each([
    ['url: http://h\nalerts: [{ type: slack }]', 'alerts'],
    ['url: http://h\nmaintenance-windows: [{ start: "01:00" }]', 'maintenance-windows'],
    ['url: http://h\nui: { hide-url: true }', 'ui'],
    ['url: http://h\nintervall: 5s', 'intervall'],
    ['url: http://h\nclient: { network: ip4 }', 'network'],
    ['url: tcp://h:80\nbody: hello', 'body'],
  ])('%s is named beside the check', (keys, what) => {
    const result = one(keys, '["[CONNECTED] == true"]');
    expect(result.checks).toBe(1);
    expect(result.notes).toMatchObject([{ code: 'CORTEX_IMPORT_LEFT_OUT', endpoint: 'a', what }]);
    expect(result.yaml).toContain(`# not as in Gatus: ${what}: `);
  });

  it('is each condition that has no like in Cortex, with its line, and a check with none of them is not made', () => {
    const rest = one('url: http://h', '["[STATUS] == 200", "len([BODY].a) > 1", "[STATUS] != 404"]');
    expect(rest.written.checks).toMatchObject([{ expected_status: 200 }]);
    expect(rest.notes).toMatchObject([{ field: 'endpoints[0].conditions[1]', what: 'len([BODY].a) > 1', line: 3 }]);
    const none = one('url: http://h', '["has([BODY].a) == true"]');
    expect(none.checks).toBe(0);
    expect(none.notes).toHaveLength(1);
    const certificate = one('url: http://h', '["[STATUS] == 200", "[CERTIFICATE_EXPIRATION] > 1h"]');
    expect(certificate.notes).toMatchObject([{ what: '[CERTIFICATE_EXPIRATION] > 1h' }]);
  });

  it('keeps of conditions that cannot be said together as many as can', () => {
    const { written, notes } = one('url: http://h', '["[STATUS] > 100", "[STATUS] < 300", "[STATUS] == 200"]');
    expect(written.checks).toMatchObject([{ expected_status: 200 }]);
    expect(notes).toEqual([]);
    const less = one('url: http://h', '["[STATUS] > 100", "[STATUS] < 300"]');
    expect(less.written.checks).toMatchObject([{ expected_status: ['1xx', '2xx'] }]);
    expect(less.notes).toMatchObject([{ what: '[STATUS] > 100' }]);
  });

  it('is each section, and each entry of suites and external endpoints', () => {
    const { notes } = imported(`
alerting: { slack: { webhook-url: canary } }
storage: { type: sqlite }
suites: [{ name: login, group: core }]
external-endpoints: [{ name: job, token: canary }]
__proto__: {}
endpoints: [{ name: a, url: 'http://h', conditions: ['[STATUS] == 200'] }]
`);
    expect(notes.map(({ line, field, what }) => [line, field, what])).toEqual([
      [2, 'alerting', 'alerting'],
      [3, 'storage', 'storage'],
      [4, 'suites[0]', 'core/login'],
      [5, 'external-endpoints[0]', 'job'],
      [6, '__proto__', '__proto__'],
    ]);
    expect(JSON.stringify(notes)).not.toContain('canary');
  });
});

describe('what is stricter than in Gatus', () => {
  it('is a timeout that would reach into the next run', () => {
    const { written, notes } = one('url: http://h\ninterval: 10s');
    expect(written.checks).toMatchObject([{ interval: '10s', timeout: '9s999ms' }]);
    expect(notes).toMatchObject([{ code: 'CORTEX_IMPORT_CHANGED', what: 'timeout', line: 5 }]);
  });

  it('is a time limit that holds for the body, too', () => {
    const { notes } = one('url: http://h', '["[RESPONSE_TIME] < 500", "[BODY].a == b"]');
    expect(notes).toMatchObject([{ code: 'CORTEX_IMPORT_CHANGED', what: '[RESPONSE_TIME] < 500' }]);
  });
});

describe('what Gatus would not take', () => {
  it('is noted all at once, and keeps nothing else back', () => {
    const { checks, notes } = imported(`endpoints:
  - just a text
  - name: ''
    interval: 60
    enabled: maybe
    headers: [a]
    client: { timeout: 10 }
    conditions: []
  - { name: b, client: 5, url: [x], conditions: ['[STATUS] == 200', [STATUS] ] }
  - { name: good, url: 'http://h', conditions: ['[STATUS] == 200'] }
`);
    expect(checks).toBe(1);
    expect(new Set(notes.map(({ code }) => code))).toEqual(new Set(['CORTEX_IMPORT_BAD_VALUE']));
    expect(notes.map(({ line, field }) => [line, field])).toEqual([
      [2, 'endpoints[0]'],
      [3, 'endpoints[1].name'],
      [3, 'endpoints[1].url'],
      [4, 'endpoints[1].interval'],
      [5, 'endpoints[1].enabled'],
      [6, 'endpoints[1].headers'],
      [7, 'endpoints[1].client.timeout'],
      [8, 'endpoints[1].conditions'],
      [9, 'endpoints[2].client'],
      [9, 'endpoints[2].url'],
      [9, 'endpoints[2].conditions[1]'],
    ]);
  });

  it.each([
    ['', 'gatus.yaml:1:1  there is no key endpoints'],
    ['a: 1', 'there is no key endpoints'],
    ['endpoints: {}', 'gatus.yaml:1:12  endpoints is no list with entries'],
    ['endpoints:\n  - name: "a', 'gatus.yaml:2:'],
    ['endpoints: [*b]', 'the alias *b has no anchor'],
    ['endpoints: []\nendpoints: []', 'gatus.yaml:2:1'],
    ['['.repeat(50_000), 'gatus.yaml:1:'],
    ['a'.repeat(1_048_577), 'is longer than'],
  ])('%.40s is refused with its place', (text, message) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'CORTEX_IMPORT_UNREADABLE', fix: expect.stringMatching(/\w/) });
    expect(error.message).toContain(message);
  });

  it('is a file that grows by anchors within anchors', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`);
    expect(refusal(`a0: &a0 x\n${levels.join('\n')}\nendpoints: *a9`).message).toMatch(/alias/i);
  });

  it('is more than a thousand endpoints: the rest is named', () => {
    const entry = "  - { name: a, url: 'http://h', conditions: ['[STATUS] == 200'] }\n";
    const { checks, notes } = importGatus('gatus.yaml', `endpoints:\n${entry.repeat(1_001)}`);
    expect(checks).toBe(1_000);
    expect(notes).toMatchObject([{ what: '1 endpoints', line: 1_002 }]);
  });
});
