import { messageOf } from '@cortex/errors';

/** The address for telemetry could not be taken. */
export class OtlpListenError extends Error {
  readonly code = 'CORTEX_COLLECTOR_LISTEN';

  constructor(host: string, port: number, cause: unknown) {
    const reason = messageOf(cause);
    super(
      `cannot listen for OTLP on ${host}:${port}: ${reason}. Free the port, or set collector.otlp.port to another one or to 0`,
      {
        cause,
      },
    );
    this.name = 'OtlpListenError';
  }
}
