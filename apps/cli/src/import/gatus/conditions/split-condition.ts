import { readTemplate, plainText } from '../template.ts';

const operators = ['==', '!=', '<=', '>=', '>', '<'] as const;
export type Operator = (typeof operators)[number];

export interface SplitCondition {
  readonly left: string;
  readonly operator: Operator;
  readonly right: string;
}

const longest = 1_000;

/** The two sides of a condition and its operator, found in the order in which Gatus looks for them; otherwise why not. */
export function splitCondition(written: string): SplitCondition | { readonly problem: string } {
  if (written.length > longest) return { problem: `it is longer than ${longest} characters` };
  const template = readTemplate(written);
  const text = template === undefined ? undefined : plainText(template);
  if (text === undefined) return { problem: 'it depends on an environment variable' };
  const operator = operators.find((sign) => text.includes(` ${sign} `));
  if (operator === undefined) return { problem: 'it has no comparison with spaces around it' };
  const [left = '', right = '', ...more] = text.split(` ${operator} `).map((side) => side.trim());
  return more.length > 0 ? { problem: 'it compares twice' } : { left, operator, right };
}

/** The options of `any(a, b)`; a single value is one option. */
export function optionsOf(value: string): readonly string[] {
  const inner = /^any\((.*)\)$/s.exec(value)?.[1];
  return inner === undefined ? [value] : inner.split(',').map((option) => option.trim());
}

/** The content of `pat(...)`. */
export function patternOf(value: string): string | undefined {
  return /^pat\((.*)\)$/s.exec(value)?.[1];
}
