import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { CliError } from '../../core/cli-error.ts';
import { importGatus } from './import-gatus.ts';
import { noteCodes } from './note.ts';

const odd = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '',
    ' ',
    '${A}',
    '$$',
    '$',
    '$1',
    '{{env:A}}',
    'env:A',
    '# x',
    '\n',
    '-1',
    'NaN',
  ),
);
const junk = fc.oneof(odd, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(odd, { maxLength: 2 }));
const mostly = <T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<unknown> = junk) =>
  fc.oneof({ weight: 40, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: bad });

const placeholder = fc.constantFrom(
  '[STATUS]',
  '[BODY]',
  '[BODY].a.b',
  '[BODY].a-b',
  '[CONNECTED]',
  '[RESPONSE_TIME]',
  '[CERTIFICATE_EXPIRATION]',
);
const value = fc.constantFrom(
  '200',
  'true',
  '48h',
  'any(1, 2)',
  'pat(*x*)',
  'pat(2*)',
  'len([BODY].a)',
  'has([BODY].a)',
  '300',
  '[IP]',
);
const side = fc.oneof(placeholder, value, odd);
const fitting = fc.constantFrom(
  '[STATUS] == 200',
  '[CONNECTED] == true',
  '[BODY].a == b',
  '[BODY] == pat(*x*)',
  '[RESPONSE_TIME] < 500',
  '[CERTIFICATE_EXPIRATION] > 48h',
);
const random = fc
  .tuple(mostly(placeholder, side), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), side)
  .map(([left, operator, right]) => `${String(left)} ${operator} ${right}`);
const condition = fc.oneof(fitting, random);
const duration = mostly(
  fc.constantFrom('1ms', '1s', '10s', '1m', '1h30m', '1.5s', '0s', '30s', '5m'),
  fc.constantFrom('400d', '99999999999999h'),
);
const url = fc
  .tuple(
    mostly(fc.constantFrom('http', 'https', 'tcp', 'tls'), fc.constantFrom('icmp', 'ws', 'file')),
    mostly(
      fc.constantFrom('h', 'a.example', '127.0.0.1', '[::1]', '[2001:db8::1]', 'h_x'),
      fc.constantFrom('169.254.169.254', 'u:p@h', 'x'.repeat(200)),
    ),
    mostly(fc.constantFrom(':80', ':8443'), fc.constantFrom('', ':0', ':99999')),
    mostly(fc.constantFrom('', '/', '/a?b=c#d', '/$${service}', '/{{a}}'), odd),
  )
  .map(([scheme, host, port, path]) => `${String(scheme)}://${String(host)}${String(port)}${String(path)}`);
const headers = fc.dictionary(
  fc.constantFrom('Host', 'Authorization', 'X-A', 'x-a', 'Content-Length', '__proto__', 'a b'),
  mostly(odd),
  { maxKeys: 2 },
);
const client = fc.record(
  {
    timeout: mostly(duration),
    insecure: mostly(fc.constant(false), fc.constant(true)),
    'ignore-redirect': fc.boolean(),
    tunnel: mostly(fc.constant(''), odd),
    network: odd,
  },
  { requiredKeys: [] },
);
const endpoint = fc.record(
  {
    name: mostly(odd),
    group: mostly(odd),
    url: mostly(url),
    conditions: mostly(fc.array(mostly(condition), { minLength: 1, maxLength: 4 })),
    method: mostly(fc.constantFrom('GET', 'POST', 'PUT', 'get')),
    body: mostly(odd),
    graphql: mostly(fc.boolean()),
    headers: mostly(headers),
    interval: mostly(duration),
    enabled: mostly(fc.constant(true), fc.constantFrom(false, 'no', 'maybe')),
    client: mostly(client),
    alerts: junk,
    dns: mostly(fc.constant(undefined), fc.constant({})),
  },
  { requiredKeys: ['name', 'url', 'conditions'] },
);
const file = fc.record(
  {
    endpoints: fc.array(mostly(endpoint), { minLength: 1, maxLength: 4 }),
    suites: mostly(fc.array(junk, { maxLength: 2 })),
    alerting: junk,
  },
  { requiredKeys: ['endpoints'] },
);

it('makes of each endpoint a check that Cortex takes, or says what stays behind', () => {
  let made = 0;
  fc.assert(
    fc.property(file, (gatus) => {
      // The output is validated by the configuration itself: an invalid one would throw.
      const { yaml, checks, notes } = importGatus('gatus.yaml', stringify(gatus));
      made += checks;
      const written = parse(yaml) as { checks?: unknown[] };
      expect(written.checks ?? []).toHaveLength(checks);
      for (const { code, why, fix, line } of notes) {
        expect(noteCodes).toContain(code);
        expect([why, fix].every((text) => text.length > 0) && line > 0).toBe(true);
      }
      const silent = gatus.endpoints.filter(
        (_, index) => !notes.some(({ field }) => field.startsWith(`endpoints[${index}]`)),
      );
      expect(checks).toBeGreaterThanOrEqual(silent.length);
    }),
    { numRuns: 300 },
  );
  expect(made).toBeGreaterThan(100);
});

it('answers any text with a translation or an error that has a fix', () => {
  const text = fc.oneof(
    odd,
    fc.json(),
    odd.map((name) => `endpoints:\n  - ${name}`),
  );
  const isAnswered = (written: string): boolean => {
    const error = errorOf(written);
    return error === undefined || (error.code === 'CORTEX_IMPORT_UNREADABLE' && error.fix !== '');
  };
  fc.assert(fc.property(text, isAnswered), { numRuns: 1_000 });
  expect(errorOf('')?.fix).toMatch(/\w/);
});

/** The CliError of an import; any other error fails the test. */
function errorOf(text: string): CliError | undefined {
  try {
    importGatus('gatus.yaml', text);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  return undefined;
}
