import { CortexError } from '@cortex/errors';
import type { ErrorCode } from '@cortex/errors';
import type { Ending } from './exit-codes.ts';

/** A failure that the user can do something about. */
export class CliError extends CortexError {
  override readonly fix: string;
  readonly ending: Ending;

  constructor(code: ErrorCode, message: string, fix: string, ending: Ending = 'failed') {
    super(code, message);
    this.fix = fix;
    this.ending = ending;
  }
}
