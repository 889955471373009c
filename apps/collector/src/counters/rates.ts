import { Rejection } from '../rejections.ts';
import { Readings } from './readings.ts';

/** A rate per second, or why there is none. */
export type Rate = number | 'first' | 'not_newer' | 'too_many';

/** The suffix of the metric with the rate of a counter. */
export const perSecond = '_per_second';

/**
 * Turns the readings of counters into rates per second, each from a reading and the one before. A counter that has gone
 * down was reset in between and has counted from zero since, as in Prometheus' `rate()`.
 */
export class Rates {
  readonly #readings: Readings<number>;

  constructor(maxSeries = 100_000) {
    this.#readings = new Readings(maxSeries);
  }

  get size(): number {
    return this.#readings.size;
  }

  next(key: string, timeMs: number, value: number, nowMs: number): Rate {
    const step = this.#readings.next(key, timeMs, value, nowMs);
    if (typeof step === 'string') return step;
    const increase = value >= step.previous ? value - step.previous : value;
    // Gone down below zero: no counter. It starts anew.
    return increase < 0 ? 'first' : increase / step.seconds;
  }

  /** The series has ended; if it comes again, it starts anew. */
  end(key: string): void {
    this.#readings.end(key);
  }
}

/** Why a reading gives no rate, for the sender. */
export function noRate(reason: 'not_newer' | 'too_many', metric: string): Rejection {
  return reason === 'not_newer'
    ? new Rejection('out_of_order', `a sample of the counter ${metric} is no newer than the last`)
    : new Rejection('too_many_series', 'there are more counters than rates are made of');
}
