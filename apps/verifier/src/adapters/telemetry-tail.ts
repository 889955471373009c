import type { Bus, Consumption } from '@cortex/bus';
import { telemetryMetrics } from '@cortex/contracts';
import type { SeriesBatch } from '@cortex/contracts';
import { withoutLead } from '@cortex/verification';
import { readUntilCaughtUp } from './read-until-caught-up.ts';

export interface TelemetryTail {
  stop(): Promise<void>;
}

type Listener = (batches: readonly SeriesBatch[]) => void;

/** How long telemetry is kept for verifications that begin while others run. */
const keepMs = 3 * 60_000;

/** One reader of the stream, shared by concurrent verifications. */
interface Feed {
  readonly opened: Promise<Consumption>;
  readonly listeners: Set<Listener>;
  /** Oldest first. */
  readonly kept: { readonly atMs: number; readonly batches: readonly SeriesBatch[] }[];
  /** Everything published since then is kept. */
  sinceMs: number;
  users: number;
}

/**
 * Reads telemetry once for all verifications: with a reader for each, the cost would grow with the square of their
 * number. Without verifications nothing is read.
 */
export class TelemetryTails {
  readonly #bus: Pick<Bus, 'read'>;
  #feed: Feed | undefined;

  constructor(bus: Pick<Bus, 'read'>) {
    this.#bus = bus;
  }

  /** Hands on all telemetry published since `from`, then what arrives. Resolves when the past has been handed on. */
  async tail(from: Date, onBatches: Listener): Promise<TelemetryTail> {
    const fromMs = from.getTime();
    // A tail that looks further back than the feed, after a long remediation, gets a reader of its own.
    if (this.#feed !== undefined && this.#feed.sinceMs > fromMs) return this.#readAlone(from, onBatches);
    const feed = (this.#feed ??= this.#open(from));
    feed.users += 1;
    try {
      await feed.opened;
    } catch (error) {
      await this.#leave(feed);
      throw error;
    }
    if (feed.sinceMs > fromMs) {
      // The feed dropped a part of the wanted past while it was read.
      await this.#leave(feed);
      return this.#readAlone(from, onBatches);
    }
    for (const { atMs, batches } of feed.kept) if (atMs >= fromMs) onBatches(batches);
    feed.listeners.add(onBatches);
    return {
      stop: async () => {
        if (feed.listeners.delete(onBatches)) await this.#leave(feed);
      },
    };
  }

  #open(from: Date): Feed {
    const feed: Omit<Feed, 'opened'> = { listeners: new Set(), kept: [], sinceMs: from.getTime(), users: 0 };
    const opened = readUntilCaughtUp(this.#bus, {
      event: telemetryMetrics,
      from,
      handle: ({ time, data }) => {
        const atMs = Date.parse(time);
        const batches = data.series.map((batch) => withoutLead(batch, atMs));
        feed.kept.push({ atMs, batches });
        forgetBefore(feed, atMs - keepMs);
        for (const listener of feed.listeners) listener(batches);
      },
    });
    return Object.assign(feed, { opened });
  }

  async #leave(feed: Feed): Promise<void> {
    feed.users -= 1;
    if (feed.users > 0) return;
    if (this.#feed === feed) this.#feed = undefined;
    const consumption = await feed.opened.catch(() => undefined);
    await consumption?.stop();
  }

  #readAlone(from: Date, onBatches: Listener): Promise<TelemetryTail> {
    return readUntilCaughtUp(this.#bus, {
      event: telemetryMetrics,
      from,
      handle: ({ time, data }) => onBatches(data.series.map((batch) => withoutLead(batch, Date.parse(time)))),
    });
  }
}

function forgetBefore(feed: Pick<Feed, 'kept' | 'sinceMs'>, oldestMs: number): void {
  if (oldestMs <= feed.sinceMs) return;
  feed.sinceMs = oldestMs;
  const first = feed.kept.findIndex(({ atMs }) => atMs >= oldestMs);
  feed.kept.splice(0, first === -1 ? feed.kept.length : first);
}
