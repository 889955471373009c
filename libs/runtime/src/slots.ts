export type Pace = 'quick' | 'slow';

interface Waiting {
  readonly begin: () => void;
}

/**
 * A semaphore with two limits: one for all tasks, a lower one for slow tasks. Slow tasks wait for each other only, so a
 * quick one always finds a slot soon.
 */
export class Slots {
  readonly #limit: number;
  readonly #slowLimit: number;
  readonly #waiting: Readonly<Record<Pace, Set<Waiting>>> = { quick: new Set(), slow: new Set() };
  #busy = 0;
  #busySlow = 0;

  constructor(limit: number, slowLimit: number) {
    this.#limit = limit;
    this.#slowLimit = slowLimit;
  }

  get busy(): number {
    return this.#busy;
  }

  /** Runs the work as soon as a slot is free, first come first served; not at all once the signal aborts. */
  async use(pace: Pace, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (!(await this.#enter(pace, signal))) return;
    try {
      await work();
    } finally {
      this.#busy -= 1;
      if (pace === 'slow') this.#busySlow -= 1;
      this.#admit();
    }
  }

  #enter(pace: Pace, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting = this.#waiting[pace];
      const onAbort = (): void => {
        waiting.delete(place);
        resolve(false);
      };
      const place: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(true);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(place);
      this.#admit();
    });
  }

  #admit(): void {
    for (let pace = this.#next(); pace !== undefined; pace = this.#next()) {
      const [place] = this.#waiting[pace];
      if (place === undefined) return;
      this.#waiting[pace].delete(place);
      this.#busy += 1;
      if (pace === 'slow') this.#busySlow += 1;
      place.begin();
    }
  }

  #next(): Pace | undefined {
    if (this.#busy >= this.#limit) return undefined;
    if (this.#waiting.quick.size > 0) return 'quick';
    return this.#waiting.slow.size > 0 && this.#busySlow < this.#slowLimit ? 'slow' : undefined;
  }
}
