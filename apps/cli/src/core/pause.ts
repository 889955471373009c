import { setTimeout as delay } from 'node:timers/promises';

/** Ends early when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // Ctrl-C: whoever waits looks at the signal.
  }
}
