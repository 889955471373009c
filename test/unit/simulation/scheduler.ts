/** Something that is to happen. */
interface Due {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export interface Scheduled {
  cancel(): void;
}

/** The first moment of every run. */
export const startMs = Date.parse('2026-03-02T10:00:00.000Z');

/**
 * Virtual time. Runs what is due in the order of its moments, and of its making where moments are equal; after each, all that
 * the code under test does without waiting is done before the next begins. So a run is a function of its schedule alone.
 */
export class Scheduler {
  nowMs = startMs;
  readonly #heap: Due[] = [];
  #made = 0;

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  /** Events that are still to come, cancelled ones too. */
  get size(): number {
    return this.#heap.length;
  }

  at(atMs: number, run: () => void): Scheduled {
    this.#made += 1;
    const due: Due = { atMs: Math.max(atMs, this.nowMs), order: this.#made, run };
    this.#push(due);
    return { cancel: () => (due.run = undefined) };
  }

  after(ms: number, run: () => void): Scheduled {
    return this.at(this.nowMs + ms, run);
  }

  /** Runs until then, or until `isOver` says so. */
  async runUntil(limitMs: number, isOver: () => boolean): Promise<void> {
    // What was begun before comes first: else the clock would jump to whatever was planned without waiting.
    await new Promise((resolve) => setImmediate(resolve));
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= limitMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.nowMs = next.atMs;
      next.run();
      await settled();
      if (isOver()) return;
    }
    this.nowMs = Math.max(this.nowMs, limitMs);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(due, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const leftDue = heap[left];
      if (leftDue === undefined) break;
      const rightDue = heap[left + 1];
      const child = rightDue !== undefined && isBefore(rightDue, leftDue) ? left + 1 : left;
      const childDue = heap[child];
      if (childDue === undefined || !isBefore(childDue, last)) break;
      heap[index] = childDue;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(left: Due, right: Due): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

/** So often the event loop of the machine gets its turn, for whoever supervises this process. */
const turnEvery = 512;
let turns = 0;

/**
 * Resolves when no promise has anything left to do: Node comes to what waits for the next tick when its queue of promises is
 * empty.
 */
function settled(): Promise<void> {
  turns += 1;
  return new Promise((resolve) => {
    if (turns % turnEvery === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}
