import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutated } from '../mutants/mutant.ts';
import { mutants } from '../mutants/mutants.ts';

test('every mutant changes a text that occurs once in its file', () => {
  const unchanged = mutants.filter((mutant) => {
    const source = readFileSync(mutant.file, 'utf8');
    return mutated(mutant, source) === source || mutant.find.includes('\n');
  });
  expect(unchanged).toEqual([]);
});

test('every mutant has a name of its own', () => {
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
});
