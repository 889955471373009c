import type { z } from 'zod';

export type ParsedAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  /** Names the invalid field and the problem. */
  | { readonly ok: false; readonly detail: string };

/**
 * Validates an answer, as returned by `JSON.parse`, against the client's schema. Unknown fields are removed from the
 * answer, also where the contract is strict: a newer server may send more.
 */
export function parseAnswer<Value>(schema: z.ZodType<Value>, answer: unknown): ParsedAnswer<Value> {
  const strict = schema.safeParse(answer);
  if (strict.success) return { ok: true, value: strict.data };
  for (const issue of strict.error.issues) {
    if (issue.code === 'unrecognized_keys') removeFields(answer, issue.path, issue.keys);
  }
  const tolerant = schema.safeParse(answer);
  return tolerant.success
    ? { ok: true, value: tolerant.data }
    : { ok: false, detail: tolerant.error.issues.slice(0, 3).map(describeIssue).join('; ') };
}

function removeFields(answer: unknown, path: readonly PropertyKey[], names: readonly string[]): void {
  let holder = answer;
  for (const key of path) {
    if (typeof holder !== 'object' || holder === null) return;
    holder = Reflect.get(holder, key);
  }
  if (typeof holder !== 'object' || holder === null) return;
  for (const name of names) Reflect.deleteProperty(holder, name);
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return `${path.length === 0 ? 'the answer' : path.join('.')}: ${message}`;
}
