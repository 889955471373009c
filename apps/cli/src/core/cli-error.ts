import type { Ending } from './exit-codes.ts';

/** A failure that the user can do something about. */
export class CliError extends Error {
  readonly code: string;
  readonly fix: string;
  readonly ending: Ending;

  constructor(code: string, message: string, fix: string, ending: Ending = 'failed') {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.fix = fix;
    this.ending = ending;
  }
}
