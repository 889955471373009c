import type { Bucket } from '@cortex/bus';
import { detectorBucket, type JsonRecord } from '@cortex/contracts';
import type { z } from 'zod';

export type Snapshot = z.output<typeof detectorBucket.value>;

/** What a partition has come to: its state after every event up to and including `sequence` of the telemetry stream. */
export interface Progress {
  readonly sequence: number;
  readonly save: () => JsonRecord;
}

export interface SnapshotStoreOptions {
  readonly bucket: Bucket<Snapshot>;
  readonly partition: number;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

const leastIntervalMs = 1_000;
/** At most this share of the time goes into writing snapshots. */
const largestShare = 0.05;

/** Writes the newest progress of one partition now and then. A snapshot that fails costs a longer replay, nothing else. */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  #newest: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #intervalMs = leastIntervalMs;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
  }

  async load(): Promise<Snapshot | undefined> {
    return (await this.#options.bucket.get(String(this.#options.partition)))?.value;
  }

  /** Remembers the progress; it is written within a second, or later where writing takes long. */
  note(progress: Progress): void {
    this.#newest = progress;
    this.#timer ??= setTimeout(() => void this.flush(), this.#intervalMs);
  }

  /** Writes the newest progress, if it is not yet written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writeAfter(this.#writing);
    await this.#writing;
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    await previous;
    const progress = this.#newest;
    this.#newest = undefined;
    if (progress === undefined) return;
    const { bucket, partition, now, onError } = this.#options;
    const startedAt = performance.now();
    try {
      await bucket.put(String(partition), {
        sequence: progress.sequence,
        state: progress.save(),
        savedAt: now().toISOString(),
      });
    } catch (error) {
      onError(error);
    }
    this.#intervalMs = Math.max(leastIntervalMs, (performance.now() - startedAt) / largestShare);
  }
}
