/**
 * Time and chance, as a service gets them. Services take both from here and from nowhere else, so that a simulation can
 * run them on a virtual clock and a seed, and stop, freeze or end them at any moment.
 */
export interface Runtime {
  /** The wall clock: it may jump. */
  now(): Date;
  /** Milliseconds since some moment; they never run backwards. */
  monotonicMs(): number;
  /** Calls back once, after `delayMs`. A process with a timer of this kind stays alive. */
  after(delayMs: number, callback: () => void): RuntimeTimer;
  /** Calls back every `intervalMs`. Does not keep a process alive. */
  every(intervalMs: number, callback: () => void): RuntimeTimer;
  /** From 0 up to, and without, 1. Not for secrets. */
  random(): number;
  /** For ids: nobody can guess them, and no two are alike. */
  randomBytes(count: number): Uint8Array;
  /** Resolves when everything else that is ready has had its turn. */
  nextTurn(): Promise<void>;
}

export interface RuntimeTimer {
  /** Nothing is called back any more. May be called at any time. */
  cancel(): void;
}
