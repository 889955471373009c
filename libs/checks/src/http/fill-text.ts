import { CortexError } from '@cortex/errors';
import { isSecretReference, resolveSecret } from '@cortex/secrets';
import type { Redactor } from '@cortex/secrets';

export type Variables = ReadonlyMap<string, string | number | boolean>;

/** The values that texts of a configuration are filled with. */
export interface Filling {
  readonly variables: Variables;
  /** Gets every secret before it is used. */
  readonly redactor: Redactor;
}

const placeholder = /\{\{ ?([^{}]{1,4096}?) ?\}\}/g;

/** A variable that no step has captured. */
export class MissingVariableError extends CortexError {
  constructor(name: string) {
    super('CORTEX_CHECK_VARIABLE', `{{${name}}} has no value yet`);
  }
}

/** Variables that a text uses; references to secrets do not count. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].map(([, name]) => name ?? '').filter((name) => !isSecretReference(name));
}

/**
 * Fills `{{name}}` and `{{env:NAME}}`, and resolves a text that is a reference as a whole. In one pass: data from a
 * server is never read as a reference.
 */
export async function fillText(
  text: string,
  { variables, redactor }: Filling,
  escape: (value: string) => string = (value) => value,
): Promise<string> {
  if (isSecretReference(text)) return secretOf(text, redactor);
  let filled = '';
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    const name = match[1] ?? '';
    const value = isSecretReference(name) ? await secretOf(name, redactor) : variables.get(name);
    if (value === undefined) throw new MissingVariableError(name);
    filled += text.slice(end, match.index) + escape(String(value));
    end = match.index + match[0].length;
  }
  return filled + text.slice(end);
}

/** Fills every text within JSON. A text that is one `{{name}}` alone becomes the value itself, a number for instance. */
export async function fillJson(json: unknown, filling: Filling): Promise<unknown> {
  if (typeof json === 'string') {
    const whole = /^\{\{ ?([^{}]+?) ?\}\}$/.exec(json)?.[1];
    const value = whole === undefined ? undefined : filling.variables.get(whole);
    return value ?? fillText(json, filling);
  }
  if (Array.isArray(json)) return Promise.all(json.map((item) => fillJson(item, filling)));
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(async ([key, value]) => [key, await fillJson(value, filling)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

export async function fillHeaders(
  headers: Readonly<Record<string, string>>,
  filling: Filling,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(headers).map(async ([name, value]) => [name, await fillText(value, filling)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function secretOf(reference: string, redactor: Redactor): Promise<string> {
  const secret = await resolveSecret(reference);
  redactor.hide(secret);
  return secret;
}
