import { calmFromMs } from './timeline.ts';
import type { Clock, Random } from './clock.ts';

/** What a task waits for: requests that are on their way all at once, or a moment. */
export type Wait =
  | { readonly kind: 'requests'; readonly requests: readonly (() => unknown)[] }
  | { readonly kind: 'sleep'; readonly untilMs: number };

/** Code of a service as it runs: `yield*` stands where the real one has `await`. */
export type Task<Result> = Generator<Wait, Result, unknown>;

/** One request to a server: takes effect there at some moment, and is answered at a later one. */
export function* request<Result>(apply: () => Result): Task<Result> {
  const [answer] = (yield { kind: 'requests', requests: [apply] }) as [Result];
  return answer;
}

/** Requests under way together, taking effect in whatever order. */
export function* requestAll<Results extends readonly unknown[]>(
  ...requests: { readonly [Index in keyof Results]: () => Results[Index] }
): Task<Results> {
  if (requests.length === 0) return [] as unknown as Results;
  return (yield { kind: 'requests', requests }) as Results;
}

export function* sleepUntil(untilMs: number): Task<void> {
  yield { kind: 'sleep', untilMs };
}

/** Thrown out of a handler: the event comes again after a while. Mirrors apps/executor/src/execution/errors.ts. */
export class TryAgainLater extends Error {
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super(reason);
    this.name = 'TryAgainLater';
    this.retryAfterMs = retryAfterMs;
  }
}

export type TaskEnd = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** Where a process dies: at its n-th request, so far on the request's way (0: not even sent, 1: answered, but unheard). */
export interface CrashPoint {
  readonly atRequest: number;
  readonly progress: number;
  readonly downMs: number;
}

export interface ProcessOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The longest that one half of a request takes. */
  readonly latencyMs: number;
  readonly crashes: readonly CrashPoint[];
  readonly trace: (text: string) => void;
  readonly onDeath: () => void;
}

/** One running copy of a service. Dies at any request, freezes at any moment, and starts again with an empty memory. */
export class Process {
  readonly name: string;
  isUp = false;
  frozenUntilMs = 0;
  /** Told of a crash and of a freeze: the bus hands on what was unacked. */
  readonly onCrash: (() => void)[] = [];
  readonly onFreeze: (() => void)[] = [];
  readonly #options: ProcessOptions;
  #life = 0;
  #requests = 0;
  #start: () => void = () => undefined;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get life(): number {
    return this.#life;
  }

  /** Starts the service now, and again after each crash. */
  boot(start: () => void): void {
    this.#start = start;
    this.isUp = true;
    start();
  }

  spawn(task: Task<void>, onEnd: (end: TaskEnd) => void = () => undefined): void {
    this.#resume(task, this.#life, onEnd, () => task.next());
  }

  /** Runs it then, in this life only, and not while frozen. */
  at(atMs: number, run: () => void): void {
    const life = this.#life;
    this.#options.clock.at(atMs, () => this.#whenAwake(life, run));
  }

  crash(downMs: number): void {
    if (!this.isUp) return;
    this.#options.trace(`${this.name} dies`);
    this.#options.onDeath();
    this.#life += 1;
    this.isUp = false;
    this.frozenUntilMs = 0;
    for (const tell of this.onCrash.splice(0)) tell();
    this.#options.clock.after(downMs, () => {
      this.#options.trace(`${this.name} starts again`);
      this.isUp = true;
      this.#start();
    });
  }

  freeze(ms: number): void {
    if (!this.isUp || this.frozenUntilMs > this.#options.clock.nowMs) return;
    this.#options.trace(`${this.name} freezes for ${ms} ms`);
    this.frozenUntilMs = this.#options.clock.nowMs + ms;
    for (const tell of this.onFreeze) tell();
  }

  get isFrozen(): boolean {
    return this.frozenUntilMs > this.#options.clock.nowMs;
  }

  #whenAwake(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (this.isFrozen) this.#options.clock.at(this.frozenUntilMs, () => this.#whenAwake(life, run));
    else run();
  }

  #resume(task: Task<void>, life: number, onEnd: (end: TaskEnd) => void, next: () => IteratorResult<Wait, void>): void {
    let result: IteratorResult<Wait, void>;
    try {
      result = next();
    } catch (error) {
      onEnd({ ok: false, error });
      return;
    }
    if (result.done === true) {
      onEnd({ ok: true });
      return;
    }
    const wait = result.value;
    const go = (answer?: unknown): void =>
      this.#whenAwake(life, () => this.#resume(task, life, onEnd, () => task.next(answer)));
    if (wait.kind === 'sleep') {
      this.#options.clock.at(wait.untilMs, go);
      return;
    }
    this.#send(wait.requests, life, go, (error) =>
      this.#whenAwake(life, () => this.#resume(task, life, onEnd, () => task.throw(error))),
    );
  }

  #send(
    requests: readonly (() => unknown)[],
    life: number,
    onAnswers: (answers: unknown[]) => void,
    onError: (error: unknown) => void,
  ): void {
    const { clock, random, latencyMs } = this.#options;
    const answers: unknown[] = [];
    let missing = requests.length;
    for (const [index, apply] of requests.entries()) {
      const there = random.next() * latencyMs;
      const back = random.next() * latencyMs;
      this.#maybeCrash(there, back);
      if (life !== this.#life) return;
      const arrives = clock.nowMs + Math.ceil(there);
      clock.at(arrives, () => {
        // What a process that died had sent may still arrive.
        if (life !== this.#life && random.next() < 0.5) return;
        try {
          answers[index] = apply();
        } catch (error) {
          clock.after(Math.ceil(back), () => onError(error));
          return;
        }
        clock.after(Math.ceil(back), () => {
          missing -= 1;
          if (missing === 0) onAnswers(answers);
        });
      });
    }
  }

  #maybeCrash(there: number, back: number): void {
    this.#requests += 1;
    const point = this.#options.crashes.find((one) => one.atRequest === this.#requests);
    if (point === undefined || this.#options.clock.nowMs >= calmFromMs) return;
    if (point.progress <= 0) {
      this.crash(point.downMs);
      return;
    }
    const life = this.#life;
    const total = Math.ceil(there) + Math.ceil(back);
    this.#options.clock.after(point.progress >= 1 ? Math.ceil(there) : Math.floor(point.progress * total), () => {
      if (life === this.#life) this.crash(point.downMs);
    });
  }
}
