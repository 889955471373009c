/** A change of one line that makes Cortex unsafe. A test that lets it pass does not prove what it should. */
export interface Mutant {
  readonly id: string;
  /** From the root of the repository. */
  readonly file: string;
  /** A part of one line, which occurs once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What it breaks. */
  readonly breaks: string;
  /** Tests that concern it beside those of its package, as paths for vitest. */
  readonly tests?: readonly string[];
}

/** The source with the change in it. Throws when the text does not occur exactly once: then the list is out of date. */
export function mutated(mutant: Mutant, source: string): string {
  const { id, file, find, replace } = mutant;
  const [before, after, ...others] = source.split(find);
  if (before === undefined || after === undefined || others.length > 0) {
    const times = source.split(find).length - 1;
    throw new Error(`mutant ${id}: its text occurs ${times} times in ${file}, not once: ${find}`);
  }
  return before + replace + after;
}
