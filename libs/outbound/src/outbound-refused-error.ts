/** A request that must not be made, whatever the server would have answered. */
export class OutboundRefusedError extends Error {
  readonly code = 'CORTEX_OUTBOUND_REFUSED';

  constructor(problem: string) {
    super(`refused to connect: ${problem}`);
    this.name = 'OutboundRefusedError';
  }
}
