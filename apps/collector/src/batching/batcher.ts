import type { PartitionDraft, SeriesSample } from '@cortex/contracts';
import { toDrafts } from './to-drafts.ts';

export interface BatcherOptions {
  readonly partitions: number;
  /** Resolves when the event is stored. */
  readonly publish: (draft: PartitionDraft<'telemetry.metrics'>) => Promise<unknown>;
  /** Called for samples that could not be published: telemetry ages faster than it could be retried. */
  readonly onLost: (samples: number, error: unknown) => void;
  readonly flushAfterMs?: number;
  readonly flushAtSamples?: number;
  /** The number of events awaiting publication at which further samples are refused. */
  readonly maxWaiting?: number;
}

/** Gathers samples into events of half a second or a thousand samples, published in order within each partition. */
export class Batcher {
  readonly #options: Required<BatcherOptions>;
  /** The newest publication of each partition; the next one waits for it. */
  readonly #publications = new Map<number, Promise<void>>();
  #samples: SeriesSample[] = [];
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions) {
    this.#options = { flushAfterMs: 500, flushAtSamples: 1_000, maxWaiting: 64, ...options };
  }

  /** Events that await publication. */
  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#options.maxWaiting;
  }

  /** Accepts samples, all or none; false when too many events are waiting. */
  offer(samples: readonly SeriesSample[]): boolean {
    if (this.isFull) return false;
    for (const sample of samples) this.#samples.push(sample);
    if (this.#samples.length >= this.#options.flushAtSamples) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#options.flushAfterMs);
    return true;
  }

  /** Publishes what is left and waits for it. */
  async close(): Promise<void> {
    this.#flush();
    await Promise.all(this.#publications.values());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const samples = this.#samples;
    this.#samples = [];
    for (const draft of toDrafts(samples, this.#options.partitions)) {
      const previous = this.#publications.get(draft.partition);
      this.#waiting += 1;
      this.#publications.set(draft.partition, this.#publish(draft, previous));
    }
  }

  async #publish(draft: PartitionDraft<'telemetry.metrics'>, previous: Promise<void> | undefined): Promise<void> {
    await previous;
    try {
      await this.#options.publish(draft);
    } catch (error) {
      const samples = draft.data.series.reduce((sum, { values }) => sum + values.length, 0);
      this.#options.onLost(samples, error);
    } finally {
      this.#waiting -= 1;
    }
  }
}
