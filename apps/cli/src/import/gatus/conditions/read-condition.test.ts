import { compileCondition } from '@cortex/conditions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCondition } from './read-condition.ts';
import { expectedStatus } from './status.ts';

function statusOf(...conditions: readonly string[]) {
  return expectedStatus(
    conditions.map((text) => {
      const meaning = readCondition(text);
      if (meaning.kind !== 'status') throw new Error(`${text} is no condition on the status`);
      return meaning.test;
    }),
  );
}

describe('conditions on the status', () => {
  it.each([
    [['[STATUS] == 200'], 200],
    [['[STATUS] == any(200, 429)'], [200, 429]],
    [['[STATUS] < 300'], ['1xx', '2xx']],
    [
      ['[STATUS] <= 399', '[STATUS] >= 200'],
      ['2xx', '3xx'],
    ],
    [['[STATUS] > 499'], '5xx'],
    [['[STATUS] == pat(2*)'], '2xx'],
    [['[STATUS] == pat(50?)'], [500, 501, 502, 503, 504, 505, 506, 507, 508, 509]],
    [
      ['[STATUS] > 400', '[STATUS] < 403'],
      [401, 402],
    ],
    [['[status] != 500', '[STATUS] < 200'], '1xx'],
    [[], ['1xx', '2xx', '3xx', '4xx', '5xx']],
  ])('%j', (conditions, expected) => {
    expect(statusOf(...conditions)).toEqual(expected);
  });

  it.each([[['[STATUS] != 404']], [['[STATUS] == 200', '[STATUS] == 201']]])('%j cannot be listed', (conditions) => {
    expect(statusOf(...conditions)).toBeUndefined();
  });
});

describe('conditions that become others', () => {
  it.each([
    ['[BODY] == pat(*<h1>Hello</h1>*)', { kind: 'contains', text: '<h1>Hello</h1>' }],
    ['[BODY].status == UP', { kind: 'json', json: 'status == "UP"' }],
    ['[BODY].user.name != john "x"', { kind: 'json', json: 'user.name != "john \\"x\\""' }],
    ['[BODY].id == 1', { kind: 'json', json: 'id == 1 OR id == "1"' }],
    ['[BODY].id != any(1, b)', { kind: 'json', json: 'id != 1 AND id != "1" AND id != "b"' }],
    ['[BODY].ok == true', { kind: 'json', json: 'ok == true OR ok == "true"' }],
    ['[BODY].age > 18', { kind: 'json', json: 'age >= 19' }],
    ['[BODY].age < 18', { kind: 'json', json: 'age < 18' }],
    ['[BODY].name == pat(john*)', { kind: 'json', json: 'name.startsWith("john")' }],
    ['[BODY].name == pat(*doe)', { kind: 'json', json: 'name.endsWith("doe")' }],
    ['[BODY].name == pat(*n.d*)', { kind: 'json', json: 'name.contains("n.d")' }],
    ['[CONNECTED] == true', { kind: 'connected' }],
    ['[CONNECTED] != false', { kind: 'connected' }],
    ['[RESPONSE_TIME] < 500', { kind: 'within', ms: 500 }],
    ['[RESPONSE_TIME] <= 2s', { kind: 'within', ms: 2_001 }],
    ['[CERTIFICATE_EXPIRATION] > 48h', { kind: 'expiry', expiry: { ms: 172_800_000, operator: '>' } }],
  ])('%s', (text, meaning) => {
    expect(readCondition(text)).toEqual(meaning);
  });
});

describe('conditions that are left out, with a reason', () => {
  it.each([
    '[STATUS]==200',
    '[STATUS] == 2xx',
    '[STATUS] == ${WANTED}',
    '200 == [STATUS]',
    '[STATUS] < any(1, 2)',
    '[IP] == 127.0.0.1',
    '[DOMAIN_EXPIRATION] > 720h',
    '[DNS_RCODE] == NOERROR',
    '[CONNECTED] == false',
    '[CONNECTED] > 0',
    '[RESPONSE_TIME] > 500',
    '[RESPONSE_TIME] < 1d',
    '[RESPONSE_TIME] < 0',
    '[CERTIFICATE_EXPIRATION] < 48h',
    '[CERTIFICATE_EXPIRATION] > 30d',
    '[BODY] == ok',
    '[BODY] != pat(*error*)',
    '[BODY] == pat(*a*b*)',
    '[BODY].data[0].id == 1',
    '[BODY][0].id == 1',
    '[BODY].db-status == UP',
    '[BODY].not == 1',
    '[BODY].a == [BODY].b',
    '[BODY].a == 0x10',
    '[BODY].a == 1000000',
    '[BODY].a == ',
    '[BODY].a > 0.5',
    '[BODY].a > -1',
    '[BODY].code == pat(2*)',
    '[BODY].name != pat(john*)',
    '[BODY].name == pat(j?hn*)',
    'len([BODY].data) < 5',
    'has([BODY].errors) == false',
    '[HEADER].Server == x',
    '[CONTEXT].a == b',
    '[BODY].a == b == c',
    `[BODY].a == ${'x'.repeat(1_000)}`,
    '',
  ])('%s', (text) => {
    expect(readCondition(text)).toEqual({ kind: 'left_out', problem: expect.stringMatching(/\w/) });
  });
});

/** How Gatus writes a value of a body. */
function spelled(value: unknown): string {
  return typeof value === 'number' && Math.abs(value) >= 1e6 ? value.toExponential() : String(value);
}

function number(text: string): number {
  return Math.trunc(Number(text)) || 0;
}

function matches(pattern: string, text: string): boolean {
  const [start = '', ...rest] = pattern.split('*').map((part) => part.replaceAll('/', ''));
  const bare = text.replaceAll('/', '');
  const end = rest.at(-1);
  if (end === undefined) return bare === start;
  return bare.startsWith(start) && bare.endsWith(end) && bare.includes(rest.length > 1 ? (rest[0] ?? '') : '');
}

/** What Gatus says of a condition on the field `a`: its rules written down a second time. */
function gatusSays(operator: string, right: string, value: unknown): boolean {
  const left = spelled(value);
  if (operator === '==' || operator === '!=') {
    const pattern = /^pat\((.*)\)$/.exec(right)?.[1];
    const options = /^any\((.*)\)$/
      .exec(right)?.[1]
      ?.split(',')
      .map((option) => option.trim()) ?? [right];
    const isEqual = pattern === undefined ? options.includes(left) : matches(pattern, left);
    return isEqual === (operator === '==');
  }
  const [a, b] = [number(left), number(right)];
  return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator] ?? false;
}

describe('a condition on a field', () => {
  const word = fc.constantFrom(
    'UP',
    'john',
    'a/b',
    'true',
    'false',
    '1',
    '-1',
    '0',
    '18',
    '0.5',
    'x"y',
    '\\',
    'null',
    '1e3',
  );
  const right = fc.oneof(
    word,
    fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `any(${words.join(', ')})`),
    fc.tuple(fc.constantFrom('', '*'), word, fc.constantFrom('', '*')).map((parts) => `pat(${parts.join('')})`),
  );
  const operators = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
  const value = fc.oneof(
    word,
    fc.boolean(),
    fc.integer({ min: -3, max: 20 }),
    fc.double({ min: -3, max: 20, noNaN: true }),
  );

  it('never lets pass what Gatus would not, and all that it would where the kinds agree', () => {
    let passed = 0;
    fc.assert(
      fc.property(operators, right, value, (operator, wanted, found) => {
        const meaning = readCondition(`[BODY].a ${operator} ${wanted}`);
        if (meaning.kind !== 'json') return true;
        const passes = compileCondition(meaning.json).evaluate({ a: found }).verdict === 'true';
        const ofGatus = gatusSays(operator, wanted, found);
        if (passes) passed += 1;
        const agrees = /[<>]/.test(operator) === (typeof found === 'number') && !wanted.startsWith('pat(');
        return passes ? ofGatus : !agrees || !ofGatus;
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});
