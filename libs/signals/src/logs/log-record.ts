import type { Source } from '../source.ts';

/** A log record, as far as anything is made of it. */
export interface LogRecord extends Source {
  /** 1 to 24 as OpenTelemetry counts, 17 and above an error; 0 is unknown. */
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body: string;
}
