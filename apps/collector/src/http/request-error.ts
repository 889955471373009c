/** A request that is answered with an HTTP status and a message. */
export class RequestError extends Error {
  readonly code = 'CORTEX_COLLECTOR_REQUEST_REFUSED';
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
