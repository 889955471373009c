interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: runs what is due in the order of its moments, and of its making where moments are equal. */
export class Clock {
  nowMs: number;
  readonly #heap: Due[] = [];
  #made = 0;
  #textOfMs = Number.NaN;
  #text = '';

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  get now(): string {
    if (this.#textOfMs !== this.nowMs) {
      this.#text = new Date(this.nowMs).toISOString();
      this.#textOfMs = this.nowMs;
    }
    return this.#text;
  }

  at(atMs: number, run: () => void): void {
    this.#made += 1;
    const due = { atMs: Math.max(atMs, this.nowMs), order: this.#made, run };
    let index = this.#heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(due, above)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = due;
  }

  after(ms: number, run: () => void): void {
    this.at(this.nowMs + ms, run);
  }

  /** Runs everything that is due by then. Returns false when something is left. */
  runUntil(limitMs: number): boolean {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.atMs > limitMs) return false;
      this.#drop();
      this.nowMs = next.atMs;
      next.run();
    }
    return true;
  }

  #drop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#lesserOf(left, left + 1);
      const below = this.#heap[child];
      if (below === undefined || !isBefore(below, last)) break;
      this.#heap[index] = below;
      index = child;
    }
    this.#heap[index] = last;
  }

  #lesserOf(left: number, right: number): number {
    const [one, other] = [this.#heap[left], this.#heap[right]];
    return one !== undefined && other !== undefined && isBefore(other, one) ? right : left;
  }
}

function isBefore(left: Due, right: Due): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

/** Seeded chance (mulberry32): the same seed, the same run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values[this.below(values.length)];
  }
}
