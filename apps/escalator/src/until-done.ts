import { pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';

const longestPauseMs = 5_000;

/** Repeats work that must succeed while this process lives: the store may be away for a while. */
export async function untilDone(
  runtime: Pick<Runtime, 'after'>,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      await pause(runtime, Math.min(200 * 2 ** attempt, longestPauseMs), signal);
    }
  }
}
