/** A request that must not be made, whatever the server would have answered. */
export class OutboundRefusedError extends Error {
  readonly code = 'CORTEX_OUTBOUND_REFUSED';

  constructor(problem: string) {
    super(`refused to connect: ${problem}`);
    this.name = 'OutboundRefusedError';
  }
}

/** True also of an error by which a client of another library wraps the refusal and takes over its code. */
export function isOutboundRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'CORTEX_OUTBOUND_REFUSED';
}
