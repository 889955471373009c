import { CortexError } from '@cortex/errors';

/** A request that is answered with an HTTP status and a message. */
export class RequestError extends CortexError {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super('CORTEX_COLLECTOR_REQUEST_REFUSED', message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
