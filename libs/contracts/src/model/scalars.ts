import { z } from 'zod';

/** A point in time: ISO 8601, UTC, milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 });
export type Timestamp = z.infer<typeof Timestamp>;

/** A length of time in milliseconds, whole and not negative. */
export const DurationMs = z.number().int().nonnegative();

export const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._:/ -]*$/u;

/** A name that people give to services, instances, checks and playbooks: short, printable, no surrounding space. */
export const Name = z
  .string()
  .min(1)
  .max(128)
  .regex(namePattern, 'starts with a letter or digit; then letters, digits, . _ : / - and space');

/** What people call a playbook or a step: one printable line, no key of anything. */
export const Title = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\s](?:[^\p{Cc}]*[^\p{Cc}\s])?$/u, 'is one line without surrounding space');

/** Text for people. Bounded, so that no event grows without limit. */
export const Text = z.string().max(4_000);

export type JsonValue = z.core.util.JSONType;

/** Any JSON value: no undefined, no NaN, no class instances. Checked by hand: `z.json()` costs ten times as much. */
export const JsonValue = z.unknown().refine(isJson, 'is no JSON value') as unknown as z.ZodType<JsonValue, JsonValue>;

const longestKey = 256;

/** Evidence, inputs, parameters: observations of a check, a step or an action. Keys of at most 256 characters. */
export const JsonRecord = z
  .unknown()
  .refine(
    (value) => isPlainObject(value) && isJson(value) && Object.keys(value).every((key) => key.length <= longestKey),
    `is no mapping of JSON values with keys of at most ${longestKey} characters`,
  )
  .meta({ type: 'object' }) as unknown as z.ZodType<Record<string, JsonValue>, Record<string, JsonValue>>;
export type JsonRecord = z.infer<typeof JsonRecord>;

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJson);
      return isPlainObject(value) && Object.values(value).every(isJson);
    default:
      return false;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
