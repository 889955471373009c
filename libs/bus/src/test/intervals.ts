import type { Runtime } from '@cortex/runtime';

/** The same runtime, but periodic work happens at least this often. */
export function withIntervalsUpTo(runtime: Runtime, longestMs = Number.POSITIVE_INFINITY): Runtime {
  return {
    now: () => runtime.now(),
    monotonicMs: () => runtime.monotonicMs(),
    uptimeMs: () => runtime.uptimeMs(),
    after: (delayMs, callback) => runtime.after(delayMs, callback),
    every: (intervalMs, callback) => runtime.every(Math.min(intervalMs, longestMs), callback),
    random: () => runtime.random(),
    randomBytes: (count) => runtime.randomBytes(count),
    nextTurn: () => runtime.nextTurn(),
  };
}
