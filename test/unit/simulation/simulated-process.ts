import type { MemoryNetwork } from '@cortex/bus';
import type { Runtime } from '@cortex/runtime';
import { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** Where in the n-th message to the server a process dies: before it is sent, on its way, or when its answer has come. */
export interface CrashPoint {
  readonly atMessage: number;
  readonly moment: 'unsent' | 'sent' | 'answered';
  readonly downMs: number;
}

export interface ProcessOptions {
  readonly name: string;
  readonly seed: number;
  readonly scheduler: Scheduler;
  /** The longest way to the server; the shortest takes half a millisecond. */
  readonly latencyMs: number;
  readonly crashes: readonly CrashPoint[];
  /** How far its clock is ahead by now. */
  readonly clockAheadMs: () => number;
  readonly trace: (text: string) => void;
  /** Starts the service in this life of the process. */
  readonly boot: (life: Life) => Promise<unknown>;
  readonly onDeath: (downMs: number) => void;
  readonly onStart: () => void;
  readonly onBroken: (error: unknown) => void;
  /** Lets a message of it arrive at the server. */
  readonly carry: (arrive: () => void) => void;
}

/** One life of a process, from its start to its death: what the service in it has of time, chance and network. */
export interface Life {
  readonly number: number;
  readonly runtime: Runtime;
  readonly network: MemoryNetwork;
  isOver: boolean;
}

/** A connection that is noticed to be gone is tried again this soon. */
const reconnectMs = 250;
/** A standstill of the network for longer than this breaks the connection. */
export const noticedAfterMs = 10_000;

/**
 * A process of the simulated site. Everything that its service waits for comes through `#wake`, so that it can be killed,
 * frozen or cut off at each of these moments. What was killed never runs again: its promises stay open.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly #options: ProcessOptions;
  readonly #random: Random;
  #life: Life | undefined;
  #lives = 0;
  #messages = 0;
  #frozenUntilMs = 0;
  #stalledUntilMs = 0;
  #isCut = false;
  /** What came while the process was frozen. */
  #parked: (() => void)[] = [];

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#random = new Random(`${options.seed} ${options.name}`);
  }

  get life(): Life | undefined {
    return this.#life;
  }

  start(): void {
    this.#lives += 1;
    this.#options.onStart();
    const life = this.#newLife(this.#lives);
    this.#life = life;
    this.#options.boot(life).catch((error: unknown) => {
      if (!life.isOver) this.#options.onBroken(error);
    });
  }

  kill(downMs: number): void {
    if (this.#life === undefined) return;
    this.#options.trace(`${this.name} is killed`);
    this.#life.isOver = true;
    this.#life = undefined;
    this.#parked = [];
    this.#frozenUntilMs = 0;
    this.#options.onDeath(downMs);
    this.#options.scheduler.after(downMs, () => {
      this.#options.trace(`${this.name} starts again`);
      this.start();
    });
  }

  freeze(forMs: number): void {
    if (this.#life === undefined) return;
    const { scheduler, trace } = this.#options;
    trace(`${this.name} is frozen for ${forMs / 1_000} s`);
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, scheduler.nowMs + forMs);
    const life = this.#life;
    scheduler.at(this.#frozenUntilMs, () => this.#thaw(life));
  }

  /** The network stands still. A short while only delays; a longer one breaks the connection. */
  partition(forMs: number): void {
    const { scheduler, trace } = this.#options;
    trace(`${this.name} is cut off for ${forMs / 1_000} s`);
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, scheduler.nowMs + forMs);
    if (forMs > noticedAfterMs) scheduler.after(noticedAfterMs, () => this.disconnect(forMs - noticedAfterMs));
  }

  /** The connection breaks; it stands again after `forMs` and a little. */
  disconnect(forMs: number): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#network?.change(false);
    this.#options.scheduler.after(forMs + reconnectMs * (1 + this.#random.next()), () => {
      this.#isCut = false;
      this.#network?.change(true);
    });
  }

  #network: ProcessNetwork | undefined;

  #newLife(number: number): Life {
    const { scheduler } = this.#options;
    const random = new Random(`${this.#options.seed} ${this.name} ${number}`);
    const wake = (run: () => void): void => this.#wake(life, run);
    const runtime: Runtime = {
      now: () => new Date(scheduler.nowMs + this.#options.clockAheadMs()),
      monotonicMs: () => scheduler.nowMs,
      uptimeMs: () => scheduler.nowMs,
      after: (ms, callback) => scheduler.after(Math.max(0, ms), () => wake(callback)),
      every: (ms, callback) => repeat(scheduler, life, ms, wake, callback),
      random: random.next,
      randomBytes: random.bytes,
      nextTurn: () => new Promise((resolve) => scheduler.after(0, () => wake(resolve))),
    };
    const network = new ProcessNetwork({
      scheduler,
      wake,
      latencyMs: () => 0.5 + random.next() * this.#options.latencyMs,
      stalledUntilMs: () => this.#stalledUntilMs,
      isCut: () => this.#isCut,
      onMessage: () => this.#onMessage(),
      carry: this.#options.carry,
    });
    const life: Life = { number, runtime, network, isOver: false };
    this.#network = network;
    return life;
  }

  #wake(life: Life, run: () => void): void {
    if (life.isOver) return;
    if (this.#options.scheduler.nowMs < this.#frozenUntilMs) this.#parked.push(run);
    else run();
  }

  #thaw(life: Life): void {
    if (life.isOver || this.#options.scheduler.nowMs < this.#frozenUntilMs) return;
    // Each gets its own turn: between any two of them the service may act on what came first.
    for (const run of this.#parked.splice(0)) this.#options.scheduler.after(0, () => this.#wake(life, run));
  }

  /** Says what becomes of the message that the process is about to send. */
  #onMessage(): CrashPoint['moment'] | undefined {
    this.#messages += 1;
    const point = this.#options.crashes.find(({ atMessage }) => atMessage === this.#messages);
    if (point === undefined) return undefined;
    const { scheduler } = this.#options;
    const life = this.#life;
    const die = (): void => {
      if (life !== undefined && this.#life === life) this.kill(point.downMs);
    };
    if (point.moment === 'answered') scheduler.after(2.5 * this.#options.latencyMs, die);
    else scheduler.after(0, die);
    return point.moment;
  }
}

interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly wake: (run: () => void) => void;
  readonly latencyMs: () => number;
  readonly stalledUntilMs: () => number;
  readonly isCut: () => boolean;
  readonly onMessage: () => CrashPoint['moment'] | undefined;
  readonly carry: (arrive: () => void) => void;
}

/** One connection. Each way keeps its order; what is under way when it breaks is lost. */
class ProcessNetwork implements MemoryNetwork {
  readonly #options: NetworkOptions;
  readonly #listeners = new Set<(connected: boolean) => void>();
  #connection = 0;
  #lastToServerMs = 0;
  #lastToClientMs = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  toServer(arrive: () => void): void {
    const { scheduler, isCut, onMessage, carry } = this.#options;
    if (isCut()) return;
    if (onMessage() === 'unsent') return;
    this.#lastToServerMs = Math.max(this.#lastToServerMs, this.#arrivalMs());
    const connection = this.#connection;
    scheduler.at(this.#lastToServerMs, () => {
      if (connection === this.#connection) carry(arrive);
    });
  }

  toClient(arrive: () => void): void {
    const { scheduler, wake, isCut } = this.#options;
    if (isCut()) return;
    this.#lastToClientMs = Math.max(this.#lastToClientMs, this.#arrivalMs());
    const connection = this.#connection;
    scheduler.at(this.#lastToClientMs, () => {
      if (connection === this.#connection) wake(arrive);
    });
  }

  isConnected(): boolean {
    return !this.#options.isCut();
  }

  onChange(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  change(connected: boolean): void {
    this.#connection += 1;
    this.#options.wake(() => {
      for (const listener of this.#listeners) listener(connected);
    });
  }

  #arrivalMs(): number {
    const { scheduler, latencyMs, stalledUntilMs } = this.#options;
    return Math.max(scheduler.nowMs, stalledUntilMs()) + latencyMs();
  }
}

function repeat(
  scheduler: Scheduler,
  life: Life,
  ms: number,
  wake: (run: () => void) => void,
  callback: () => void,
): ReturnType<Runtime['every']> {
  let isCancelled = false;
  let isWaiting = false;
  const next = (): void => {
    scheduler.after(ms, () => {
      if (isCancelled || life.isOver) return;
      next();
      // As with a real interval: of what a frozen process missed, one call is made up.
      if (isWaiting) return;
      isWaiting = true;
      wake(() => {
        isWaiting = false;
        if (!isCancelled) callback();
      });
    });
  };
  next();
  return { cancel: () => void (isCancelled = true) };
}
