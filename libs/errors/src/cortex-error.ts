import type { ErrorCode } from './catalogue/error-catalogue.ts';

export interface CortexErrorOptions extends ErrorOptions {
  /** What to do this time, where it is more specific than the catalogue. */
  readonly fix?: string;
}

/**
 * An error with a code of the catalogue. The message says what happened, without the code. Data for programs (a file, a
 * step, a time to wait) are fields of a subclass.
 */
export class CortexError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  declare readonly fix?: string;

  constructor(code: Code, message: string, { fix, ...options }: CortexErrorOptions = {}) {
    super(message, options);
    this.code = code;
    if (fix !== undefined) this.fix = fix;
    // So that a stack, and the error as a text, begin with the code. Not every browser can rewrite the stack.
    this.name = code;
    Error.captureStackTrace?.(this, new.target);
  }
}
