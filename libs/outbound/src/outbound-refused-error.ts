import { CortexError } from '@cortex/errors';

/** A request that must not be made, whatever the server would answer. */
export class OutboundRefusedError extends CortexError {
  constructor(problem: string) {
    super('CORTEX_OUTBOUND_REFUSED', `refused to connect: ${problem}`);
  }
}

/** True also for an error in which another library's client wraps the refusal and keeps its code. */
export function isOutboundRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'CORTEX_OUTBOUND_REFUSED';
}
