import type { SeriesSample } from '@cortex/contracts';
import type { Rejections } from '../rejections.ts';
import { RequestError } from './request-error.ts';

export type Source = 'host' | 'logs' | 'otlp' | 'prometheus' | 'remote_write' | 'traces';

/** The receivers' interface to the batcher. */
export interface Intake {
  /** Accepts samples, all or none. */
  readonly offer: (samples: readonly SeriesSample[]) => boolean;
  readonly isFull: () => boolean;
  readonly onReceived: (source: Source, samples: number, rejections: Rejections) => void;
  readonly nowMs: () => number;
}

const retryAfterSeconds = 1;

/** Throws 503, after which every known sender repeats the request. Call it before work is done for the request. */
export function refuseWhenFull(intake: Pick<Intake, 'isFull'>): void {
  if (intake.isFull()) throw tooMuch();
}

/** Hands the samples over, or throws 503. */
export function hand(intake: Pick<Intake, 'offer'>, samples: readonly SeriesSample[]): void {
  if (!intake.offer(samples)) throw tooMuch();
}

function tooMuch(): RequestError {
  return new RequestError(503, 'too much telemetry awaits publication; send it again later', retryAfterSeconds);
}
