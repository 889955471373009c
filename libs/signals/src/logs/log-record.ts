import type { Source } from '../source.ts';

/** The parts of a log record that are used. */
export interface LogRecord extends Source {
  /** 1 to 24 as in OpenTelemetry, 17 and above an error; 0 is unknown. */
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body: string;
}
