import { CortexError, messageOf } from '@cortex/errors';

/** The port for telemetry could not be opened. */
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
