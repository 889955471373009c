import { CortexError, messageOf } from '@cortex/errors';

/** The address for telemetry could not be taken. */
export class OtlpListenError extends CortexError {
  constructor(host: string, port: number, cause: unknown) {
    const reason = messageOf(cause);
    super(
      'CORTEX_COLLECTOR_LISTEN',
      `cannot listen for OTLP on ${host}:${port}: ${reason}. Free the port, or set collector.otlp.port to another one or to 0`,
      {
        cause,
      },
    );
  }
}
