import { CortexError } from '@cortex/errors';

/** A request that must not be made, whatever the server would have answered. */
export class OutboundRefusedError extends CortexError {
  constructor(problem: string) {
    super('CORTEX_OUTBOUND_REFUSED', `refused to connect: ${problem}`);
  }
}

/** True also of an error by which a client of another library wraps the refusal and takes over its code. */
export function isOutboundRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'CORTEX_OUTBOUND_REFUSED';
}
