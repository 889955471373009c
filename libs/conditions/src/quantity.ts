import { CortexError } from '@cortex/errors';
import { findUnit } from './units.ts';
import type { UnitKind } from './units.ts';

type QuantityErrorCode = 'CORTEX_DURATION_INVALID' | 'CORTEX_SIZE_INVALID' | 'CORTEX_PERCENT_INVALID';

/** A duration, a size or a percent range that cannot be read. */
export class QuantityError extends CortexError<QuantityErrorCode> {
  override readonly cause: string;
  override readonly fix: string;

  constructor(code: QuantityErrorCode, cause: string, fix: string) {
    super(code, `${cause}. Fix: ${fix}`);
    this.cause = cause;
    this.fix = fix;
  }
}

export interface PercentRange {
  readonly minPercent: number;
  readonly maxPercent: number;
}

const durationAdvice = 'write a number with a unit: 100ms, 30s, 5m, 1h30m, 2h, 7_days';
const sizeAdvice = 'write a number with a unit: 512B, 100MB, 1GB, 2GiB';
const percentAdvice = 'write a percentage or a range: 5% or 5-10%';
const longestText = 64;

/** Reads `5m`, `100ms`, `1h30m`, `7_days`, `1 hour` as whole milliseconds. A number without a unit is an error. */
export function parseDuration(value: unknown): number {
  const fail = (cause: string): never => {
    throw new QuantityError('CORTEX_DURATION_INVALID', cause, durationAdvice);
  };
  if (typeof value === 'number') return fail(`${value} has no unit`);
  if (typeof value !== 'string') return fail('a duration is a text');
  const milliseconds = sumOfParts(value, 'duration');
  if (milliseconds === undefined) return fail(`"${shorten(value)}" is not a duration`);
  return whole(milliseconds) ?? fail(`"${shorten(value)}" is not a whole number of milliseconds`);
}

/** Reads `100MB`, `1GB`, `2GiB` as whole bytes. */
export function parseSize(value: unknown): number {
  const fail = (cause: string): never => {
    throw new QuantityError('CORTEX_SIZE_INVALID', cause, sizeAdvice);
  };
  if (typeof value === 'number') return fail(`${value} has no unit`);
  if (typeof value !== 'string') return fail('a size is a text');
  const bytes = sumOfParts(value, 'size');
  if (bytes === undefined) return fail(`"${shorten(value)}" is not a size`);
  return whole(bytes) ?? fail(`"${shorten(value)}" is not a whole number of bytes`);
}

/** Reads `5-10%`, `5%-10%` or `5%`; a single percentage is a range of one point. */
export function parsePercentRange(value: unknown): PercentRange {
  const fail = (cause: string): never => {
    throw new QuantityError('CORTEX_PERCENT_INVALID', cause, percentAdvice);
  };
  if (typeof value !== 'string' || value.length > longestText) return fail('a percent range is a short text');
  const match = /^(\d{1,9}(?:\.\d{1,9})?) ?%?(?: ?[-–] ?(\d{1,9}(?:\.\d{1,9})?))? ?%$/.exec(value.trim());
  if (match?.[1] === undefined) return fail(`"${shorten(value)}" is not a percent range`);
  const minPercent = Number(match[1]);
  const maxPercent = match[2] === undefined ? minPercent : Number(match[2]);
  if (minPercent > maxPercent) return fail(`"${shorten(value)}" runs backwards`);
  return { minPercent, maxPercent };
}

const displayUnits: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** Writes milliseconds so that {@link parseDuration} reads them back: `1h30m`, `100ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  if (!(rest > 0)) return '0s';
  let text = '';
  for (const [unit, factor] of displayUnits) {
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text;
}

function sumOfParts(value: string, kind: UnitKind): number | undefined {
  const text = value.trim();
  if (text.length === 0 || text.length > longestText) return undefined;
  const part = /(\d{1,16}(?:\.\d{1,9})?)[ _]?([A-Za-z]{1,16}) ?/y;
  let total = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    const unit = match?.[2] === undefined ? undefined : findUnit(match[2]);
    if (match === null || unit?.kind !== kind) return undefined;
    total += Number(match[1]) * unit.factor;
  }
  return total;
}

/** Rounds away binary fractions (0.1 s is 100.00000000000001 ms), but not a real remainder. */
function whole(value: number): number | undefined {
  const rounded = Math.round(value);
  return Math.abs(value - rounded) < 1e-6 && Number.isSafeInteger(rounded) ? rounded : undefined;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
