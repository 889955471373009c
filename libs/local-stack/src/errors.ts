import { CortexError } from '@cortex/errors';

type StackErrorCode =
  | 'CORTEX_STACK_NOT_READY'
  | 'CORTEX_STACK_RUNNING'
  | 'CORTEX_STACK_NOT_BUILT'
  | 'CORTEX_NATS_NOT_FOUND'
  | 'CORTEX_NATS_NOT_READY';

/** The local stack cannot do what was requested. */
export class StackError extends CortexError<StackErrorCode> {
  constructor(code: StackErrorCode, message: string, fix: string) {
    super(code, message, { fix });
  }
}
