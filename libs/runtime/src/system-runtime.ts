import { uptime } from 'node:os';
import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Runtime } from './runtime.ts';

/** The clock and the randomness of this machine. */
export const systemRuntime: Runtime = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  uptimeMs: () => uptime() * 1_000,
  after(delayMs, callback) {
    const timeout = setTimeout(callback, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timeout) };
  },
  every(intervalMs, callback) {
    const interval = setInterval(callback, intervalMs).unref();
    return { cancel: () => clearInterval(interval) };
  },
  random: Math.random,
  randomBytes: (count) => randomBytes(count),
  nextTurn: () => nextTurn(),
};
