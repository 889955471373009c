import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@cortex/errors';

export interface EventuallyOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Default 20 ms. */
  readonly intervalMs?: number;
}

/**
 * Calls until it neither throws nor returns `false`, and returns its result. `undefined` counts as a result, so that a
 * body of assertions needs no return. Fails with the last error.
 */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  options: EventuallyOptions = {},
): Promise<Exclude<Result, false>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const result = await attempt();
      if (result !== false) return result as Exclude<Result, false>;
      last = new Error('the last answer was false');
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      const reason = messageOf(last);
      throw new Error(`not within ${timeoutMs} ms: ${reason}`, { cause: last });
    }
    await pause(options.intervalMs ?? 20);
  }
}
