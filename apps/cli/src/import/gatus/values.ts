import { parseDuration, QuantityError } from '@cortex/conditions';

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function ownValue(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** A text as Gatus reads one: numbers and truth values stand for their spelling. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A truth value as Gatus reads one; absent and empty are `undefined`, anything else is an error. */
export function flagOf(value: unknown): boolean | undefined | 'bad' {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return 'bad';
  if (/^(?:y|yes|on|true)$/i.test(value)) return true;
  return /^(?:n|no|off|false)$/i.test(value) ? false : 'bad';
}

/** `1h30m` in milliseconds, in the units that Gatus knows; `undefined` for anything else. */
export function durationOf(text: string): number | undefined {
  if (!/^(?:\d{1,15}(?:\.\d{1,9})?(?:ms|s|m|h))+$/.test(text)) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}
