interface Counted {
  readonly timeMs: number;
  readonly value: number;
  readonly seenAtMs: number;
}

/** A rate is not made over a longer silence than this: too much may have happened meanwhile. As Prometheus' look-back. */
const maxGapMs = 5 * 60_000;

/** A rate per second, or why there is none. */
export type Rate = number | 'first' | 'not_newer' | 'too_many';

/**
 * Turns the readings of counters into rates per second, each from a reading and the one before. A counter that has gone
 * down was reset in between and has counted from zero since, as Prometheus' `rate()` takes it. Keeps one reading per
 * series and at most `maxSeries`: a new one beyond takes the place of one that has been silent, or is refused.
 */
export class Rates {
  readonly #maxSeries: number;
  /** The one that has been silent for longest comes first. */
  readonly #last = new Map<string, Counted>();

  constructor(maxSeries = 100_000) {
    this.#maxSeries = maxSeries;
  }

  get size(): number {
    return this.#last.size;
  }

  next(key: string, timeMs: number, value: number, nowMs: number): Rate {
    const last = this.#last.get(key);
    if (last !== undefined && timeMs <= last.timeMs) return 'not_newer';
    if (last === undefined && !this.#makeRoom(nowMs)) return 'too_many';
    this.#last.delete(key);
    this.#last.set(key, { timeMs, value, seenAtMs: nowMs });
    if (last === undefined || timeMs - last.timeMs > maxGapMs) return 'first';
    const increase = value >= last.value ? value - last.value : value;
    // Gone down below zero: no counter. It starts anew.
    return increase < 0 ? 'first' : increase / ((timeMs - last.timeMs) / 1_000);
  }

  /** The series has ended; should it come again, it starts anew. */
  end(key: string): void {
    this.#last.delete(key);
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#last.size < this.#maxSeries) return true;
    const [oldest] = this.#last;
    if (oldest === undefined || nowMs - oldest[1].seenAtMs <= maxGapMs) return false;
    this.#last.delete(oldest[0]);
    return true;
  }
}
