import { isFailure, type CheckResultKind } from '@cortex/contracts';

/** One check result in a history. */
export interface HistoryEntry {
  readonly atMs: number;
  readonly durationMs: number;
  readonly result: CheckResultKind;
}

/** A run of results that all mean the same; `result` is the newest of them. */
export interface Streak {
  readonly result: CheckResultKind;
  /** At least this many: results from before this history began are not counted. */
  readonly count: number;
  readonly sinceMs: number;
}

const results: readonly CheckResultKind[] = ['pass', 'fail', 'timeout', 'error'];

/** Numbers per result: its time, its duration, its kind. */
const width = 3;

/**
 * The newest results of one check, ordered by time. Adding them in another order, or some of them twice, gives the same
 * history, so stored and arriving results need no order between them.
 */
export class CheckHistory {
  readonly #capacity: number;
  /** Plain numbers in one array: there may be tens of thousands of histories. */
  readonly #numbers: Float64Array;
  #count = 0;
  /** The streak before the kept results, which they end or continue. */
  #before: Streak | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#numbers = new Float64Array(capacity * width);
  }

  /** Whether the result is now the newest one. False for a repeated one, and for one older than a full history. */
  take(entry: HistoryEntry): boolean {
    let place = this.#count;
    while (place > 0 && this.#timeAt(place - 1) > entry.atMs) place -= 1;
    if (place > 0 && this.#timeAt(place - 1) === entry.atMs) return false;
    if (this.#count === this.#capacity) {
      if (place === 0) return false;
      this.#dropOldest();
      place -= 1;
    }
    this.#numbers.copyWithin((place + 1) * width, place * width, this.#count * width);
    this.#numbers.set([entry.atMs, entry.durationMs, results.indexOf(entry.result)], place * width);
    this.#count += 1;
    return place === this.#count - 1;
  }

  /** Oldest first. */
  entries(): readonly HistoryEntry[] {
    return Array.from({ length: this.#count }, (_, index) => this.#at(index));
  }

  newest(): HistoryEntry | undefined {
    return this.#count === 0 ? undefined : this.#at(this.#count - 1);
  }

  /** The run of equal results that the newest one belongs to. */
  streak(): Streak | undefined {
    return this.entries().reduce(grown, this.#before);
  }

  /** The duration that `percent` of the kept results do not exceed (nearest rank). */
  durationPercentile(percent: number): number | undefined {
    const durations = Float64Array.from(this.entries(), ({ durationMs }) => durationMs).sort();
    return durations[Math.max(0, Math.ceil((percent / 100) * durations.length) - 1)];
  }

  #timeAt(index: number): number {
    return this.#numbers[index * width] ?? 0;
  }

  #at(index: number): HistoryEntry {
    const [atMs = 0, durationMs = 0, place = 0] = this.#numbers.subarray(index * width, (index + 1) * width);
    return { atMs, durationMs, result: results[place] ?? 'error' };
  }

  #dropOldest(): void {
    this.#before = grown(this.#before, this.#at(0));
    this.#numbers.copyWithin(0, width, this.#count * width);
    this.#count -= 1;
  }
}

function grown(streak: Streak | undefined, { result, atMs }: HistoryEntry): Streak {
  if (streak === undefined || !meanTheSame(streak.result, result)) return { result, count: 1, sinceMs: atMs };
  return { ...streak, result, count: streak.count + 1 };
}

/** A wrong answer and no answer both mean that the target has failed. */
function meanTheSame(left: CheckResultKind, right: CheckResultKind): boolean {
  return left === right || (isFailure(left) && isFailure(right));
}
