import type { Runtime } from '@cortex/runtime';

/** One question for the server's time. Its answer is the server's time at a moment between the other two. */
export interface ClockSample {
  readonly serverMs: number;
  readonly askedMs: number;
  readonly answeredMs: number;
  /** What the clock of this machine showed when the question was sent. */
  readonly wallMs: number;
}

interface Anchor {
  readonly serverMs: number;
  readonly monotonicMs: number;
  readonly uptimeMs: number;
  readonly wallMs: number;
  /** The most that it may be wrong. */
  readonly errorMs: number;
}

/** The wall clock and the monotonic one may drift apart by so much; more is a jump, or a machine that was asleep. */
const jumpMs = 1_000;
/** How much less an answer is worth for each millisecond of its age. */
const driftPerMs = 1e-3;

/**
 * The server's time: what this process last asked for, continued by its monotonic clock. Limits are decided by it, because
 * the clocks of two machines are not to be compared. Until the first answer it is the clock of this machine.
 */
export class ServerClock {
  readonly #base: Runtime;
  #anchor: Anchor | undefined;
  /** Called when the clock of this machine has jumped: the server should be asked again. */
  onJump: () => void = () => undefined;

  constructor(base: Runtime) {
    this.#base = base;
  }

  /** The runtime of the process, with the server's time. */
  runtime(): Runtime {
    const base = this.#base;
    return {
      now: () => this.now(),
      monotonicMs: () => base.monotonicMs(),
      uptimeMs: () => base.uptimeMs(),
      after: (delayMs, callback) => base.after(delayMs, callback),
      every: (intervalMs, callback) => base.every(intervalMs, callback),
      random: () => base.random(),
      randomBytes: (count) => base.randomBytes(count),
      nextTurn: () => base.nextTurn(),
    };
  }

  now(): Date {
    const wall = this.#base.now();
    const anchor = this.#anchor;
    if (anchor === undefined) return wall;
    const passedMs = this.#base.monotonicMs() - anchor.monotonicMs;
    const aheadMs = wall.getTime() - anchor.wallMs - passedMs;
    if (Math.abs(aheadMs) <= jumpMs) return new Date(anchor.serverMs + passedMs);
    this.onJump();
    // The clock was set, or the machine was asleep, while its monotonic clock stood still.
    const sleptMs = this.#base.uptimeMs() - anchor.uptimeMs - passedMs;
    return new Date(anchor.serverMs + passedMs + (sleptMs > jumpMs ? sleptMs : 0));
  }

  /** How far the clock of this machine is ahead of the server's, and how exactly that is known. */
  get skew(): { readonly skewMs: number; readonly errorMs: number } | undefined {
    if (this.#anchor === undefined) return undefined;
    const { wallMs, serverMs, errorMs } = this.#anchor;
    return { skewMs: wallMs - serverMs, errorMs };
  }

  /** Takes an answer, unless what is known already is more exact and agrees with it. */
  take({ serverMs, askedMs, answeredMs, wallMs }: ClockSample): void {
    const monotonicMs = (askedMs + answeredMs) / 2;
    const errorMs = (answeredMs - askedMs) / 2;
    const known = this.#anchor;
    if (known !== undefined) {
      const ageMs = monotonicMs - known.monotonicMs;
      const differenceMs = Math.abs(serverMs - (known.serverMs + ageMs));
      const hasJumped = Math.abs(wallMs + errorMs - known.wallMs - ageMs) > jumpMs + errorMs;
      const knownErrorMs = known.errorMs + ageMs * driftPerMs;
      if (!hasJumped && differenceMs <= errorMs + knownErrorMs && errorMs > knownErrorMs) return;
    }
    const uptimeMs = this.#base.uptimeMs() - (this.#base.monotonicMs() - monotonicMs);
    this.#anchor = { serverMs, monotonicMs, uptimeMs, wallMs: wallMs + errorMs, errorMs };
  }
}
