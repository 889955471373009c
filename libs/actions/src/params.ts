import { parseDuration, parseSize, QuantityError } from '@cortex/conditions';
import { z } from 'zod';

/** `30s`, `5m`, `7_days`: milliseconds once parsed. */
export const Duration = z.string().transform((text, context) => quantity(() => parseDuration(text), context));

/** `100MB`, `1GiB`: bytes once parsed. */
export const Size = z.string().transform((text, context) => quantity(() => parseSize(text), context));

/** One word of a command line. NUL cannot be passed to a program. */
export const Argument = z
  .string()
  .max(8_192)
  .refine((text) => !text.includes('\0'), 'holds a NUL character');

/** An absolute path without `.` and `..`. */
export const AbsolutePath = z
  .string()
  .max(4_096)
  .refine(
    (path) => path.startsWith('/') && path.split('/').some((part) => part.trim() !== ''),
    'must be an absolute path below /',
  )
  .refine((path) => !path.includes('\0'), 'holds a NUL character')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'must not hold . or ..');

function quantity(parse: () => number, context: z.RefinementCtx): number {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}
