/** A request that is answered with an HTTP status and a message. */
export class OtlpError extends Error {
  readonly code = 'CORTEX_OTLP_REFUSED';
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'OtlpError';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
