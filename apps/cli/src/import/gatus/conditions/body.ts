import { compileCondition, ConditionError } from '@cortex/conditions';
import { optionsOf, patternOf } from './split-condition.ts';
import type { SplitCondition } from './split-condition.ts';

/** Reasons why a condition on the body is left out. */
type Refused = { readonly problem: string };
export type BodyMeaning = { readonly json: string } | { readonly contains: string } | Refused;

/**
 * The equivalent in Cortex of a condition on `[BODY]`. `path` is the part after the placeholder, empty for the whole
 * body.
 */
export function bodyMeaning(path: string, condition: SplitCondition): BodyMeaning {
  if (path === '') return wholeBody(condition);
  if (!/^\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(path)) {
    return { problem: 'json conditions name fields by letters, digits and _ alone: no positions of lists, no dashes' };
  }
  const name = path.slice(1);
  const meaning = fieldMeaning(name, condition);
  return 'json' in meaning && !reads(meaning.json, name)
    ? { problem: 'json conditions cannot name this field' }
    : meaning;
}

function wholeBody({ operator, right }: SplitCondition): BodyMeaning {
  const inner = /^\*([^*?[\]\\]+)\*$/s.exec(patternOf(right) ?? '')?.[1];
  if (operator === '==' && inner !== undefined) return { contains: inner };
  return { problem: 'Cortex looks for a text within the body, pat(*text*), or at a field of JSON' };
}

function fieldMeaning(name: string, { operator, right }: SplitCondition): BodyMeaning {
  const pattern = patternOf(right);
  if (pattern !== undefined) return operator === '==' ? patternMeaning(name, pattern) : refusedPattern;
  if (operator === '==' || operator === '!=') {
    const literals = optionsOf(right).map(literalsOf);
    if (literals.some((forms) => forms === undefined)) return { problem: 'the value is not a plain text or number' };
    const joint = operator === '==' ? ' OR ' : ' AND ';
    const parts = literals.flatMap((forms) => forms ?? []).map((literal) => `${name} ${operator} ${literal}`);
    return { json: parts.join(joint) };
  }
  return orderMeaning(name, operator, right);
}

/**
 * Gatus compares texts: `1` is the number and the text "1". The type of a field is unknown, so both count. `undefined`:
 * what Gatus resolves or reads as a number in another notation.
 */
function literalsOf(value: string): readonly string[] | undefined {
  if (value === '' || /^[[(]|^(?:len|has|age|any|pat)\(/i.test(value)) return undefined;
  if (value === 'true' || value === 'false') return [value, quoted(value)];
  if (isPlainNumber(value)) return [value, quoted(value)];
  return /^[+-]?\d[\da-fox_]*$/i.test(value) ? undefined : [quoted(value)];
}

/** A number that Gatus writes in the same way when it reads one from JSON. */
function isPlainNumber(value: string): boolean {
  const size = Math.abs(Number(value));
  return String(Number(value)) === value && (size === 0 || (size >= 0.0001 && size < 1_000_000));
}

const refusedPattern = {
  problem: 'of patterns, == pat(text*), pat(*text) and pat(*text*) are understood, of texts that are no number',
};

function patternMeaning(name: string, pattern: string): BodyMeaning {
  const match = /^(\*?)([^*?[\]\\]+)(\*?)$/s.exec(pattern);
  const [, before, text = '', after] = match ?? [];
  // A number or a truth value could match, too, and Cortex looks into texts only.
  if (match === null || /^[\d.+\-e]+$/i.test(text) || 'true'.includes(text) || 'false'.includes(text)) {
    return refusedPattern;
  }
  if (before === '' && after === '') return { json: `${name} == ${quoted(text)}` };
  if (before !== '' && after !== '') return { json: `${name}.contains(${quoted(text)})` };
  return { json: `${name}.${before === '' ? 'startsWith' : 'endsWith'}(${quoted(text)})` };
}

/** Gatus cuts decimals off before it compares: more than 5 begins at 6. */
function orderMeaning(name: string, operator: '<' | '<=' | '>' | '>=', right: string): BodyMeaning {
  if (!/^(?:0|[1-9]\d{0,14})$/.test(right)) return { problem: 'compared is with a whole number that is not negative' };
  const bound = Number(right);
  switch (operator) {
    case '>':
      return { json: `${name} >= ${bound + 1}` };
    case '<=':
      return { json: `${name} < ${bound + 1}` };
    case '<':
      return { json: bound === 0 ? `${name} <= -1` : `${name} < ${bound}` };
    case '>=':
      return { json: bound === 0 ? `${name} > -1` : `${name} >= ${bound}` };
    default:
      return operator satisfies never;
  }
}

function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  return `"${escaped}"`;
}

/** Whether Cortex can parse the condition, and it names only that field: `in` and `not` are keywords of Cortex. */
function reads(json: string, name: string): boolean {
  try {
    const { variables } = compileCondition(json);
    return variables.length === 1 && variables[0] === name;
  } catch (error) {
    if (error instanceof ConditionError) return false;
    throw error;
  }
}
