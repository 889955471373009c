import type { Runtime } from '@cortex/runtime';

/** A machine whose clock is ahead by so much. */
export function withClock(runtime: Runtime, aheadMs = 0): Runtime {
  return {
    now: () => new Date(runtime.now().getTime() + aheadMs),
    monotonicMs: () => runtime.monotonicMs(),
    uptimeMs: () => runtime.uptimeMs(),
    after: (delayMs, callback) => runtime.after(delayMs, callback),
    every: (intervalMs, callback) => runtime.every(intervalMs, callback),
    random: () => runtime.random(),
    randomBytes: (count) => runtime.randomBytes(count),
    nextTurn: () => runtime.nextTurn(),
  };
}
