import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxTokens } from '../limits.ts';
import { corpusOf } from '../test/corpus.ts';
import { TemplateMiner } from './template-miner.ts';
import { tokensOf } from './tokens.ts';

const idOf = (miner: TemplateMiner, line: string): string => miner.learn(line, 'other')?.template.id ?? '';
const formOf = (miner: TemplateMiner, line: string): string =>
  miner.learn(line, 'other')?.template.tokens.join(' ') ?? '';

/** As the paper defines it: the share of lines whose group holds exactly the lines of their kind. */
function groupingAccuracy(groups: readonly string[], kinds: readonly number[]): number {
  const linesOf = (names: readonly (string | number)[]) => {
    const members = new Map<string | number, number[]>();
    for (const [line, name] of names.entries()) members.set(name, [...(members.get(name) ?? []), line]);
    return members;
  };
  const byKind = linesOf(kinds);
  let right = 0;
  for (const lines of linesOf(groups).values()) {
    const kind = byKind.get(kinds[lines[0] ?? 0] ?? 0) ?? [];
    if (kind.length === lines.length && lines.every((line) => kinds[line] === kinds[lines[0] ?? 0])) {
      right += lines.length;
    }
  }
  return right / groups.length;
}

describe('grouping', () => {
  test.each([1, 2, 3])('lines of 31 known kinds are grouped as they were made, seed %i', (seed) => {
    const corpus = corpusOf(2_000, seed);
    const miner = new TemplateMiner(500);
    const accuracy = groupingAccuracy(
      corpus.map(({ line }) => idOf(miner, line)),
      corpus.map(({ kind }) => kind),
    );
    console.log(`grouping accuracy ${accuracy.toFixed(3)}, ${miner.templates.length} templates`);
    expect(accuracy).toBeGreaterThan(0.9);
  });

  test('a template becomes as general as its lines, and keeps its id', () => {
    const miner = new TemplateMiner(10);
    const first = idOf(miner, 'Session of user alice closed');
    expect(formOf(miner, 'Session of user bob closed')).toBe('Session of user <*> closed');
    expect(idOf(miner, 'Session of user carol closed')).toBe(first);
  });

  test('lines of another level are of another template', () => {
    const miner = new TemplateMiner(10);
    expect(miner.learn('connection to db up', 'other')?.isNew).toBe(true);
    expect(miner.learn('connection to db lost', 'error')?.isNew).toBe(true);
    expect(miner.learn('connection to db up', 'error')?.isNew).toBe(false);
  });

  test.each([
    ['took 12 ms', 'took 7.5 ms', 'took <num> ms'],
    ['from 10.0.0.1:80', 'from 192.168.17.4', 'from <ip>'],
    ['from fe80::1:2:3:4', 'from 2001:db8:0:0:0:0:2:1', 'from <ip>'],
    ['order 3f9a0c1d2e closed', 'order aa11bb22cc33 closed', 'order <hex> closed'],
    ['at 0xDEAD', 'at 0x1', 'at <hex>'],
    ['open "/var/a b" failed', "open '/etc/x' failed", 'open <path> failed'],
    ['id 123e4567-e89b-12d3-a456-426614174000 gone', 'id 00000000-0000-0000-0000-000000000000 gone', 'id <uuid> gone'],
    ['2026-01-05T10:00:00.123Z up', '2026-01-05 10:00:00 up', '<time> up'],
  ])('%s and %s are the same', (one, other, form) => {
    expect([tokensOf(one).join(' '), tokensOf(other).join(' ')]).toEqual([form, form]);
  });

  test('of many lines in one record, the first counts', () => {
    expect(tokensOf('\n  it failed\n  at x.ts:1\n')).toEqual(['it', 'failed']);
  });
});

const Word = fc.oneof(
  fc.constantFrom('error', 'in', 'cart', '<*>', '__proto__', 'constructor', '"', '/', '{}'),
  fc.nat().map(String),
  fc.string({ maxLength: 12 }),
);
const Line = fc.array(Word, { maxLength: 8 }).map((words) => words.join(' '));

describe('whatever comes', () => {
  test('a line that is repeated has the same template, which does not change any more', () => {
    fc.assert(
      fc.property(fc.array(Line, { minLength: 1, maxLength: 60 }), (lines) => {
        const miner = new TemplateMiner(20);
        for (const line of lines) {
          const first = miner.learn(line, 'other')?.template;
          const form = first?.tokens.join(' ');
          const again = miner.learn(line, 'other');
          expect([again?.template, again?.isNew ?? false, again?.template.tokens.join(' ')]).toEqual([
            first,
            false,
            form,
          ]);
        }
      }),
    );
  });

  test('lines that differ in numbers only have the same template', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), fc.nat(9), (numbers, before) => {
        const miner = new TemplateMiner(20);
        for (let index = 0; index < before; index += 1) miner.learn(`line ${'x '.repeat(index)}`, 'other');
        const ids = numbers.map((number) => idOf(miner, `order ${number} took ${number}ms`));
        expect(new Set(ids).size).toBe(1);
      }),
    );
  });

  test('templates and the nodes of the tree stay bounded, and every id is there once', () => {
    fc.assert(
      fc.property(fc.array(Line, { maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (lines, most) => {
        const miner = new TemplateMiner(most);
        for (const line of lines) miner.learn(line, 'other');
        const ids = miner.templates.map(({ id }) => id);
        expect(ids.length).toBeLessThanOrEqual(most);
        expect(new Set(ids).size).toBe(ids.length);
        // The root; then the length and a word lead to each.
        expect(miner.nodes).toBeLessThanOrEqual(1 + 2 * most);
      }),
    );
  });

  test('a line of any length and form has few tokens, soon', () => {
    for (const piece of ['a ', '"', '"/', '1.', '::', 'a:', '0'.repeat(9), '-', 'ff00', '\n', '\u00a0', "'x/"]) {
      expect(tokensOf(piece.repeat(100_000)).length).toBeLessThanOrEqual(maxTokens);
    }
  });

  test('of nearly equal lines few are distinguished, the recent ones', () => {
    const miner = new TemplateMiner(500);
    const word = (index: number) => String.fromCodePoint(0x4e00 + index);
    const lines = Array.from({ length: 200 }, (_, index) => `same ${`${word(index)} `.repeat(9)}`);
    for (const line of lines) miner.learn(line, 'other');
    expect(miner.templates).toHaveLength(64);
    expect([miner.learn(lines[199] ?? '', 'other')?.isNew, miner.learn(lines[0] ?? '', 'other')?.isNew]).toEqual([
      false,
      true,
    ]);
  });

  test('the template that was not seen for longest is removed, and is new when it comes back', () => {
    const miner = new TemplateMiner(2);
    const seen = ['alpha one', 'beta two two', 'alpha one', 'gamma three three three', 'alpha one', 'beta two two'];
    expect(seen.map((line) => miner.learn(line, 'other')?.isNew)).toEqual([true, true, false, true, false, true]);
  });
});
