interface Reading<T> {
  readonly timeMs: number;
  readonly value: T;
  readonly seenAtMs: number;
}

/** No difference is taken over a longer gap than this. As Prometheus' look-back. */
const maxGapMs = 5 * 60_000;

/** The reading before and the time since, or why there is none. */
export type Step<T> = { readonly previous: T; readonly seconds: number } | 'first' | 'not_newer' | 'too_many';

/**
 * The last reading of each of many counters. Keeps at most `maxSeries`: a new one beyond takes the place of one that has
 * been silent, or is refused.
 */
export class Readings<T> {
  readonly #maxSeries: number;
  /** The series that was silent for longest comes first. */
  readonly #last = new Map<string, Reading<T>>();

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  get size(): number {
    return this.#last.size;
  }

  next(key: string, timeMs: number, value: T, nowMs: number): Step<T> {
    const last = this.#last.get(key);
    if (last !== undefined && timeMs <= last.timeMs) return 'not_newer';
    if (last === undefined && !this.#makeRoom(nowMs)) return 'too_many';
    this.#last.delete(key);
    this.#last.set(key, { timeMs, value, seenAtMs: nowMs });
    if (last === undefined || timeMs - last.timeMs > maxGapMs) return 'first';
    return { previous: last.value, seconds: (timeMs - last.timeMs) / 1_000 };
  }

  /** The series has ended; if it comes again, it starts anew. */
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
