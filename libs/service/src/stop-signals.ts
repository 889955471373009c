import { endWithin } from './end-within.ts';

/** For what is stopped in haste; what is not over by then is left as a crash leaves it. */
export const hasteMs = 3_000;

export interface StopOptions {
  /** Longest time from SIGTERM or SIGINT to the end of this process, asked for when the signal comes. */
  readonly graceMs: () => number;
  /** Called when stopping takes too long, right before the process ends. */
  readonly sayLast: (timeoutMs: number) => void;
}

/**
 * Resolves, with the reason, on SIGTERM, SIGINT, or when the parent process that is connected over IPC is gone. From then
 * on this process ends in time, whatever hangs: a start, too. Without its parent it ends within `hasteMs`, because its
 * store is most likely gone as well, and nobody else would end it.
 */
export function whenToldToStop({ graceMs, sayLast }: StopOptions): Promise<string> {
  return new Promise((resolve) => {
    const stop = (reason: string, timeoutMs: number): void => {
      endWithin(timeoutMs, () => sayLast(timeoutMs));
      resolve(reason);
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        stop(signal, graceMs());
        // A second signal means: now.
        process.once(signal, () => process.exit(130));
      });
    }
    // Without a parent to talk to there is no `send`; with one that has gone already it stays.
    if (process.send === undefined) return;
    const orphaned = (): void => stop('parent is gone', hasteMs);
    if (process.connected) process.once('disconnect', orphaned);
    else orphaned();
  });
}
