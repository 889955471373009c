import { printable } from './table.ts';

/** On one line of at most `width` characters, and nothing in it that steers the terminal. */
export function clip(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
