import { parseDuration, parseSize, QuantityError } from '@cortex/conditions';
import { z } from 'zod';

/** A limit that a value keeps to: `<90%`, `>100MB`. */
export interface Bound {
  readonly operator: '<' | '<=' | '>' | '>=' | '=';
  readonly value: number;
  readonly text: string;
}

/** `<90%`: at most. Written the other way round it would alarm on a healthy machine, so it does not parse. */
export const PercentBelow = boundOf(['<', '<='], '<90%', (text) => {
  const match = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text);
  const percent = Number(match?.[1]);
  return percent > 0 && percent <= 100 ? percent : undefined;
});

/** `>10%`: at least. */
export const PercentAbove = boundOf(['>', '>='], '>10%', (text) => {
  const match = /^(\d{1,2}(?:\.\d{1,6})?) ?%$/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
});

/** `<2.5`: at most. */
export const NumberBelow = boundOf(['<', '<='], '<2.5', (text) =>
  /^\d{1,9}(?:\.\d{1,6})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined,
);

/** `>100MB`: at least. */
export const SizeAbove = boundOf(['>', '>='], '>100MB', (text) => quantityOf(text, parseSize));

/** `<500ms`: at most, in milliseconds. */
export const DurationBelow = boundOf(['<', '<='], '<500ms', durationOf);

/** `>14d`, `> 30_days`: at least, in milliseconds. */
export const DurationAbove = boundOf(['>', '>='], '>14d', durationOf);

export function keepsTo(value: number, bound: Bound): boolean {
  switch (bound.operator) {
    case '<':
      return value < bound.value;
    case '<=':
      return value <= bound.value;
    case '>':
      return value > bound.value;
    case '>=':
      return value >= bound.value;
    case '=':
      return value === bound.value;
    default:
      return bound.operator satisfies never;
  }
}

/** `>0`, `<=10`, `=1`: a count. */
export const CountBound = boundOf(['<', '<=', '>', '>=', '='], '>0', (text) =>
  /^\d{1,12}$/.test(text) ? Number(text) : undefined,
);

function durationOf(text: string): number | undefined {
  return quantityOf(text, parseDuration);
}

function quantityOf(text: string, parse: (text: string) => number): number | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function boundOf(
  operators: readonly Bound['operator'][],
  example: string,
  parse: (text: string) => number | undefined,
) {
  return z
    .string()
    .max(64)
    .transform((text, context): Bound => {
      const match = /^\s*([<>]=?|=)\s*(\S.*?)\s*$/.exec(text);
      const operator = operators.find((known) => known === match?.[1]);
      const value = operator === undefined ? undefined : parse(match?.[2] ?? '');
      if (operator !== undefined && value !== undefined) return { operator, value, text: text.trim() };
      context.addIssue({ code: 'custom', message: `must be a limit like "${example}" (${operators.join(' or ')})` });
      return z.NEVER;
    });
}
