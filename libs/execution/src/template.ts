import type { Instance, JsonRecord, Target } from '@cortex/contracts';
import { PlaybookTemplateError } from './errors.ts';

type Json = JsonRecord[string];

/** The variables of a parameter: `${target.instance}`, `${target.service}`, `${target.host}`. */
export function templateVariables(target: Target & { readonly facts: Instance }): ReadonlyMap<string, string> {
  return new Map([
    ['target.instance', target.instance],
    ['target.service', target.service],
    ['target.host', target.facts.host],
  ]);
}

/**
 * Replaces `${name}` in every string of the parameters. It works on the parsed values, in one pass: inserted values are
 * never expanded again, and keys are not changed. `$${` stands for a plain `${`.
 */
export function substitute(params: JsonRecord, variables: ReadonlyMap<string, string>): JsonRecord {
  return substituteRecord(params, variables, 'params');
}

function substituteRecord(
  record: Readonly<Record<string, Json>>,
  variables: ReadonlyMap<string, string>,
  path: string,
): JsonRecord {
  // fromEntries defines own properties, so that a key such as `__proto__` stays plain data.
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, substituteValue(value, variables, `${path}.${key}`)]),
  );
}

function substituteValue(value: Json, variables: ReadonlyMap<string, string>, path: string): Json {
  if (typeof value === 'string') return substituteText(value, variables, path);
  if (Array.isArray(value)) return value.map((item, index) => substituteValue(item, variables, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null) return substituteRecord(value, variables, path);
  return value;
}

function substituteText(text: string, variables: ReadonlyMap<string, string>, path: string): string {
  let output = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf('${', position);
    if (start === -1) return output + text.slice(position);
    if (start > position && text[start - 1] === '$') {
      output += `${text.slice(position, start - 1)}\${`;
      position = start + 2;
      continue;
    }
    const end = text.indexOf('}', start);
    const name = end === -1 ? text.slice(start + 2) : text.slice(start + 2, end);
    const value = end === -1 ? undefined : variables.get(name);
    if (value === undefined) {
      throw new PlaybookTemplateError(path, `"\${${name.slice(0, 64)}" names nothing`, [...variables.keys()]);
    }
    output += text.slice(position, start) + value;
    position = end + 1;
  }
}
