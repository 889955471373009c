import type { JsonRecord } from '@cortex/contracts';

export interface UnknownVariable {
  /** The place in the value. */
  readonly path: readonly (string | number)[];
  readonly name: string;
  /** The position of `${` in the text. */
  readonly offset: number;
}

type Json = JsonRecord[string];

/**
 * Replaces `${name}` in every text of a value, once: inserted values are not expanded again, so a variable cannot add
 * variables or structure. `$${` writes a plain `${`.
 */
export function substitute(
  record: JsonRecord,
  variables: Readonly<Record<string, string | undefined>>,
): { readonly value: JsonRecord; readonly unknown: readonly UnknownVariable[] } {
  const unknown: UnknownVariable[] = [];
  const replace = (value: Json, path: readonly (string | number)[]): Json => {
    if (typeof value === 'string')
      return replaceText(value, variables, (name, offset) => unknown.push({ path, name, offset }));
    if (Array.isArray(value)) return value.map((item, index) => replace(item, [...path, index]));
    if (typeof value === 'object' && value !== null) return replaceRecord(value, path);
    return value;
  };
  const replaceRecord = (value: JsonRecord, path: readonly (string | number)[]): JsonRecord =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner, [...path, key])]));
  return { value: replaceRecord(record, []), unknown };
}

function replaceText(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
  onUnknown: (name: string, offset: number) => void,
): string {
  return text.replaceAll(/\$\$\{|\$\{([^{}]{0,128})\}/g, (match, name: string | undefined, offset: number) => {
    if (name === undefined) return '${';
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) onUnknown(name, offset);
    return value ?? match;
  });
}
