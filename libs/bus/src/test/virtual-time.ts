import type { Runtime, RuntimeTimer } from '@cortex/runtime';
import { setImmediate as idle } from 'node:timers/promises';

interface Timer {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

const startMs = Date.parse('2026-01-05T00:00:00Z');

/** A clock that jumps to the next timer whenever nothing else is ready to run, and randomness from a seed. */
export class VirtualTime implements Runtime {
  #elapsedMs = 0;
  #seed = 1;
  readonly #timers = new Set<Timer>();

  now(): Date {
    return new Date(startMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  uptimeMs(): number {
    return this.monotonicMs();
  }

  after(delayMs: number, callback: () => void): RuntimeTimer {
    return this.#add({ atMs: this.#elapsedMs + Math.max(0, delayMs), everyMs: undefined, callback });
  }

  every(everyMs: number, callback: () => void): RuntimeTimer {
    return this.#add({ atMs: this.#elapsedMs + everyMs, everyMs, callback });
  }

  readonly random = (): number => {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  };

  readonly randomBytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256));

  nextTurn(): Promise<void> {
    return new Promise((resolve) => this.after(0, resolve));
  }

  /** Advances time until the work is done. */
  async run(work: () => Promise<void>): Promise<void> {
    const running = { isDone: false };
    const done = work().finally(() => (running.isDone = true));
    done.catch(() => {});
    for (await idle(); !running.isDone; await idle()) this.#step();
    await done;
  }

  #step(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer;
    if (next === undefined) throw new Error('the test waits for something that no timer brings');
    this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
    if (next.everyMs === undefined) this.#timers.delete(next);
    else next.atMs += next.everyMs;
    next.callback();
  }

  #add(timer: Timer): RuntimeTimer {
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }
}
