import { pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { BusLogger } from './hooks.ts';
import type { Bucket, Consumption } from './ports.ts';

const everyMs = 10 * 60_000;

export interface Archiving<Live, Archived> {
  readonly from: Bucket<Live>;
  readonly to: Bucket<Archived>;
  /** An entry that was written more recently stays. */
  readonly restMs: number;
  /** Whether nobody works on it any more. */
  readonly isOver: (value: Live) => boolean | Promise<boolean>;
  readonly archived: (value: Live) => Archived;
  readonly logger: BusLogger;
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
}

/**
 * Moves what is over from a bucket that services watch or list to one that is read by key, so that the first holds what
 * is under way, however long Cortex runs. First it is in both, so that a reader who asks both always finds it; a write
 * in between stays where it is.
 */
export async function archive<Live, Archived>(archiving: Archiving<Live, Archived>): Promise<number> {
  const { from, to, restMs, isOver, archived, logger, runtime } = archiving;
  const limitMs = runtime.now().getTime() - restMs;
  let moved = 0;
  for (const [key, { revision, writtenAtMs }] of await from.versions()) {
    if (writtenAtMs > limitMs) continue;
    try {
      const entry = await from.get(key);
      if (entry?.revision !== revision || !(await isOver(entry.value))) continue;
      await to.put(key, archived(entry.value));
      await from.remove(key, revision);
      moved += 1;
    } catch (error) {
      logger.warn({ key, error: String(error) }, 'an entry could not be archived; it stays');
    }
  }
  return moved;
}

/** Archives now and then, until it is stopped. */
export function keepArchiving<Live, Archived>(archiving: Archiving<Live, Archived>): Consumption {
  const stopping = new AbortController();
  const { logger, runtime } = archiving;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(runtime, everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        const moved = await archive(archiving);
        if (moved > 0) logger.debug({ moved }, 'what is over was archived');
      } catch (error) {
        logger.warn({ error: String(error) }, 'archiving failed; it is tried again');
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
