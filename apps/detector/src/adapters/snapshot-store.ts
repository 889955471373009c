import type { Bucket } from '@cortex/bus';
import { detectorBucket, type JsonRecord } from '@cortex/contracts';
import { z } from 'zod';
import type { Turns } from './turns.ts';

export type Snapshot = z.output<typeof detectorBucket.value>;

/** What a partition has come to: its state after every event up to and including `sequence` of the telemetry stream. */
export interface Progress {
  readonly sequence: number;
  readonly save: () => JsonRecord;
}

export interface SnapshotStoreOptions {
  readonly bucket: Bucket<Snapshot>;
  readonly partition: number;
  /** Partitions that this process watches: they share the time for snapshots. */
  readonly partitions: number;
  /** Of all partitions of the process: a snapshot is held in memory as long as it is written. */
  readonly turns: Turns;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

const leastIntervalMs = 1_000;
/** At most this share of the time goes into writing snapshots, of all partitions of the process together. */
const largestShare = 0.05;
/** Series in one part: some three megabytes, well below the largest message. */
const partSize = 128;

/** What stands under the partition's own key: the state but for its series, and where they are. */
const Head = z.looseObject({ generation: z.enum(['a', 'b']), parts: z.number().int().nonnegative() });
const Part = z.strictObject({ series: z.array(z.json()) });

/**
 * Writes the newest progress of one partition now and then, in parts: first those of the other generation, then the head that
 * points to them, so that a crash in between leaves the snapshot before. One that fails costs a longer replay, nothing else.
 */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  #newest: Progress | undefined;
  /** The state is ahead of the newest progress: it must not be saved under that. */
  #isHeld = false;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #intervalMs = leastIntervalMs;
  #generation: 'a' | 'b' = 'b';

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
  }

  async load(): Promise<Snapshot | undefined> {
    const { bucket, partition } = this.#options;
    const head = (await bucket.get(String(partition)))?.value;
    if (head === undefined) return undefined;
    const { generation, parts, ...state } = Head.parse(head.state);
    this.#generation = generation;
    const series: unknown[] = [];
    for (let part = 0; part < parts; part += 1) {
      const value = (await bucket.get(`${partition}.${generation}.${part}`))?.value;
      if (value?.sequence !== head.sequence) throw new RangeError(`part ${part} of the snapshot is of another time`);
      for (const one of Part.parse(value.state).series) series.push(one);
    }
    return { ...head, state: { ...state, series } as JsonRecord };
  }

  /** From here to the next `note` nothing is saved. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Remembers the progress; it is written within a second, or later where writing takes long. */
  note(progress: Progress): void {
    this.#newest = progress;
    this.#isHeld = false;
    if (this.#isDue) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#intervalMs);
  }

  /** Writes the newest progress, if it is not yet written, or as soon as it may be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#options.turns.take(() => this.#writeNewest());
    await this.#writing;
  }

  async #writeNewest(): Promise<void> {
    this.#isDue = this.#isHeld;
    const progress = this.#newest;
    if (progress === undefined || this.#isHeld) return;
    this.#newest = undefined;
    const startedAt = performance.now();
    try {
      await this.#write(progress.sequence, progress.save());
    } catch (error) {
      this.#options.onError(error);
    }
    this.#intervalMs = Math.max(
      leastIntervalMs,
      ((performance.now() - startedAt) * this.#options.partitions) / largestShare,
    );
  }

  async #write(sequence: number, { series, ...state }: JsonRecord): Promise<void> {
    const { bucket, partition, now } = this.#options;
    const savedAt = now().toISOString();
    const generation = this.#generation === 'a' ? 'b' : 'a';
    const all = Array.isArray(series) ? series : [];
    const parts = Math.ceil(all.length / partSize);
    for (let part = 0; part < parts; part += 1) {
      const piece = all.slice(part * partSize, (part + 1) * partSize);
      await bucket.put(`${partition}.${generation}.${part}`, { sequence, state: { series: piece }, savedAt });
    }
    await bucket.put(String(partition), { sequence, state: { ...state, generation, parts }, savedAt });
    this.#generation = generation;
  }
}
