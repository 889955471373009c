import { evaluate as evaluateCel } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCondition } from './compile-condition.ts';
import type { ConditionValues, ConditionVerdict } from './compile-condition.ts';
import { ConditionError } from './condition-error.ts';

const names = ['a', 'b', 'c'];
const atom = fc.oneof(
  fc.constantFrom(...names),
  fc
    .tuple(
      fc.constantFrom('x', 'y', 'z'),
      fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
      fc.integer({ min: -3, max: 3 }),
    )
    .map((parts) => parts.join(' ')),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left} AND ${right})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left} OR ${right})`),
    tie('expression').map((inner) => `NOT (${inner})`),
  ),
}));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const values = fc.record({
  a: maybe(fc.boolean()),
  b: maybe(fc.boolean()),
  c: maybe(fc.boolean()),
  x: maybe(fc.integer({ min: -3, max: 3 })),
  y: maybe(fc.double({ min: -3, max: 3 })),
  z: maybe(fc.constant(Number.NaN)),
});

function verdictOf(text: string, given: ConditionValues): ConditionVerdict {
  return compileCondition(text).evaluate(given).verdict;
}

/** The ConditionError that an action throws; any other error fails the test. */
function errorOf(action: () => unknown): ConditionError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
  return undefined;
}

/** Texts that look like conditions, so that the parser gets past the first character. */
const soup = fc
  .array(
    fc.constantFrom(
      'a',
      'b.c',
      '5',
      '80%',
      '5m',
      '1GB',
      '"x"',
      "'",
      '(',
      ')',
      '[',
      ']',
      ',',
      ':',
      'AND',
      'OR',
      'NOT',
      'in',
      '>',
      '==',
      '=',
      '!',
      '-',
      '+',
      '*',
      '/',
      '%',
      '.',
      'size(',
      'matches(',
      'a.startsWith(',
      'true',
      '\\',
      '__proto__',
      'é',
      '\u0000',
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(' '));

describe('the condition parser', () => {
  it('throws nothing but ConditionError, with a position inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string(), fc.string({ unit: 'binary' })), values, (text, given) => {
        const error = errorOf(() => compileCondition(text).evaluate(given));
        return error === undefined || (error.position >= 0 && error.position <= text.length && error.fix !== '');
      }),
      { numRuns: 3_000 },
    );
    expect(errorOf(() => compileCondition('a >'))?.position).toBe(3);
  });

  it('stays fast on texts made to make a regex backtrack', () => {
    const started = performance.now();
    for (const text of [
      '1'.repeat(999),
      `${'a.'.repeat(499)}a`,
      `${'a:'.repeat(499)}a`,
      `"${'\\n'.repeat(499)}`,
      `${' '.repeat(999)}`,
      `1${'0_'.repeat(490)}`,
      `1${' '.repeat(900)}%`,
    ]) {
      errorOf(() => compileCondition(text));
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('three-valued logic', () => {
  it('gives the answer of CEL itself when every value is there', () => {
    const complete = fc.record({
      a: fc.boolean(),
      b: fc.boolean(),
      c: fc.boolean(),
      x: fc.integer({ min: -3, max: 3 }),
      y: fc.double({ min: -3, max: 3, noNaN: true }),
      z: fc.integer({ min: -3, max: 3 }),
    });
    fc.assert(
      fc.property(expression, complete, (text, given) => {
        const condition = compileCondition(text);
        expect(condition.evaluate(given).verdict).toBe(String(evaluateCel(condition.cel, given)));
      }),
    );
  });

  it('is monotone: more data never turns an answer around', () => {
    fc.assert(
      fc.property(expression, values, values, (text, given, more) => {
        const before = verdictOf(text, given);
        const known = Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined && !Number.isNaN(value)),
        );
        expect(before === 'no_data' ? before : verdictOf(text, { ...more, ...known })).toBe(before);
      }),
    );
  });

  it('keeps the laws of De Morgan, commutation, absorption and double negation', () => {
    fc.assert(
      fc.property(expression, expression, values, (p, q, given) => {
        const same = (left: string, right: string) => expect(verdictOf(left, given)).toBe(verdictOf(right, given));
        same(`NOT ((${p}) AND (${q}))`, `NOT (${p}) OR NOT (${q})`);
        same(`(${p}) OR (${q})`, `(${q}) OR (${p})`);
        same(`(${p}) AND (${q})`, `(${q}) AND (${p})`);
        same(`(${p}) OR ((${p}) AND (${q}))`, p);
        same(`NOT NOT (${p})`, p);
      }),
      { numRuns: 60 },
    );
  });

  it('names a missing variable exactly when the answer is no_data', () => {
    fc.assert(
      fc.property(expression, values, (text, given) => {
        const { verdict, missing } = compileCondition(text).evaluate(given);
        expect(missing.length > 0).toBe(verdict === 'no_data');
        for (const name of missing) {
          const value = given[name as keyof typeof given];
          expect(value === undefined || Number.isNaN(value)).toBe(true);
        }
      }),
    );
  });
});
