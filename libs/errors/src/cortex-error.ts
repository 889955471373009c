import type { ErrorCode } from './catalogue/error-catalogue.ts';

export interface CortexErrorOptions extends ErrorOptions {
  /** What to do this time, where that can be said more exactly than the catalogue does. */
  readonly fix?: string;
}

/**
 * An error with a code of the catalogue. The message says what happened, without the code. What programs need besides
 * (a file, a step, a time to wait) are fields of a subclass.
 */
export class CortexError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  declare readonly fix?: string;

  constructor(code: Code, message: string, { fix, ...options }: CortexErrorOptions = {}) {
    super(message, options);
    this.code = code;
    if (fix !== undefined) this.fix = fix;
    // So that a stack, and the error as a text, begin with the code. Not every browser can write the stack anew.
    this.name = code;
    Error.captureStackTrace?.(this, new.target);
  }
}
