import { join, resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import { mutated } from './mutant.ts';
import { mutants } from './mutants.ts';

/** Names the mutant that the code under test is turned into. */
export const mutantVariable = 'CORTEX_MUTANT';

/**
 * Turns the code under test into a mutant, while it is loaded: no file is touched. Vitest transforms for its workers too, so it
 * holds in each of them. Nothing, when no mutant is named.
 */
export function mutantPlugins(): Plugin[] {
  const id = process.env[mutantVariable];
  if (id === undefined) return [];
  const mutant = mutants.find((one) => one.id === id);
  if (mutant === undefined) throw new Error(`${mutantVariable}: there is no mutant "${id}"`);
  const path = join(resolve(import.meta.dirname, '../..'), mutant.file);
  return [
    {
      name: `mutant ${id}`,
      enforce: 'pre',
      transform: (code, file) => (file.split('?')[0] === path ? { code: mutated(mutant, code), map: null } : undefined),
    },
  ];
}
