import {
  ConditionError,
  compileCondition,
  formatDuration,
  parseDuration,
  parsePercentRange,
  QuantityError,
} from '@cortex/conditions';
import { z } from 'zod';
import type { ProblemCode } from '../problem.ts';

/** The details of a custom zod issue, so that the problem gets its own code, fix and place. */
export interface IssueDetails {
  readonly problem: ProblemCode;
  readonly fix: string;
  readonly offset?: number;
}

/** Adds an issue with a code of ours. Use in `transform` and `check`. */
export function raise(
  context: { readonly issues: z.core.$ZodRawIssue[] },
  input: unknown,
  message: string,
  details: IssueDetails,
  path: readonly (string | number)[] = [],
): never {
  context.issues.push({ code: 'custom', input, message, params: { ...details }, path: [...path] });
  return z.NEVER;
}

/** A length of time with a unit, in milliseconds once read. */
export function duration(
  example: string,
  description?: string,
): z.ZodPipe<z.ZodUnknown, z.ZodTransform<number, unknown>> {
  return z
    .unknown()
    .meta({ type: 'string', examples: [example], ...(description === undefined ? {} : { description }) })
    .transform((value, context) => {
      try {
        return parseDuration(value);
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
        return raise(context, value, error.cause, { problem: 'CORTEX_CONFIG_BAD_DURATION', fix: error.fix });
      }
    });
}

/** A length of time that is not zero. */
export function positiveDuration(
  example: string,
  description?: string,
): z.ZodPipe<ReturnType<typeof duration>, z.ZodTransform<number, number>> {
  return duration(example, description).transform((value, context) =>
    value > 0
      ? value
      : raise(context, value, 'the time must be longer than zero', {
          problem: 'CORTEX_CONFIG_BAD_DURATION',
          fix: `write a time such as ${example}`,
        }),
  );
}

/** A length of time that is not zero, with a default. */
export function positiveDurationOr(defaultMs: number): z.ZodPrefault<ReturnType<typeof positiveDuration>> {
  const text = formatDuration(defaultMs);
  return positiveDuration(text).prefault(text);
}

/** `5-10%`. */
export const percentRange = z
  .unknown()
  .meta({ type: 'string', examples: ['5-10%'] })
  .transform((value, context) => {
    try {
      return parsePercentRange(value);
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      return raise(context, value, error.cause, { problem: 'CORTEX_CONFIG_BAD_PERCENT', fix: error.fix });
    }
  });

/** A condition that compiles. */
export const condition = z
  .string()
  .meta({ examples: ['disk_usage_percent > 85'], description: 'docs/configuration.md#conditions' })
  .transform((text, context) => {
    try {
      compileCondition(text);
      return text;
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      return raise(context, text, error.cause, {
        problem: 'CORTEX_CONFIG_BAD_CONDITION',
        fix: error.fix,
        offset: error.position,
      });
    }
  });

export const port = z.number().int().min(0).max(65_535);

/** A text that is not empty. */
export const text = z.string().min(1);
