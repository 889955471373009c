import { CortexError } from '@cortex/errors';
import type { ErrorCode } from '@cortex/errors';
import type { ExitReason } from './exit-codes.ts';

/** A failure that the user can do something about. */
export class CliError extends CortexError {
  override readonly fix: string;
  readonly exitReason: ExitReason;

  constructor(code: ErrorCode, message: string, fix: string, exitReason: ExitReason = 'failed') {
    super(code, message);
    this.fix = fix;
    this.exitReason = exitReason;
  }
}
