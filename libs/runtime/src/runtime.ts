/**
 * Time and randomness for a service. Services take both from here alone, so that a simulation can run them on a virtual
 * clock and a seed, and stop, freeze or end them at any moment.
 */
export interface Runtime {
  /** The wall clock: it may jump. */
  now(): Date;
  /** Milliseconds since an arbitrary moment; they never run backwards. */
  monotonicMs(): number;
  /** Milliseconds since the machine was started, its sleep too, which the monotonic clock does not count. */
  uptimeMs(): number;
  /** Calls back once, after `delayMs`. A pending timer of this kind keeps the process alive. */
  after(delayMs: number, callback: () => void): RuntimeTimer;
  /** Calls back every `intervalMs`. Does not keep the process alive. */
  every(intervalMs: number, callback: () => void): RuntimeTimer;
  /** From 0 up to, and without, 1. Not for secrets. */
  random(): number;
  /** For ids: unpredictable and never the same twice. */
  randomBytes(count: number): Uint8Array;
  /** Resolves when everything else that is ready has run. */
  nextTurn(): Promise<void>;
}

export interface RuntimeTimer {
  /** Stops all further calls. May be called at any time. */
  cancel(): void;
}
