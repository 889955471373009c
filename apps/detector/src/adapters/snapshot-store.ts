import type { Bucket } from '@cortex/bus';
import type { JsonRecord } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import type { Shard } from '@cortex/shards';
import { z } from 'zod';
import { SnapshotHead, type Snapshot } from './snapshot-head.ts';
import type { Semaphore } from '@cortex/runtime';

/** The state of a partition after every event up to and including `sequence` of the telemetry stream. */
export interface Progress {
  readonly sequence: number;
  readonly save: () => JsonRecord;
}

export interface SnapshotStoreOptions {
  readonly bucket: Bucket<Snapshot>;
  readonly partition: string;
  /** Partitions that this process may watch: they share the time for snapshots. */
  readonly partitions: number;
  /** Shared by all partitions of the process, because a snapshot is held in memory while it is written. */
  readonly snapshotWrites: Semaphore;
  readonly owner: Pick<Shard, 'token' | 'isHeld'>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
}

const leastIntervalMs = 1_000;
/** At most this fraction of the time goes into writing snapshots, of all partitions of the process together. */
const largestShare = 0.05;
/** The lists of a state, and how many items go into one part: about three megabytes, well below the largest message. */
const partSizes = { series: 128, entities: 4 } as const;
type List = keyof typeof partSizes;
const lists = Object.keys(partSizes) as readonly List[];

const Part = z.partialRecord(z.enum(['series', 'entities']), z.array(z.json()));

/**
 * Writes the newest progress of one partition from time to time, in parts: first the parts, in another place than the
 * last ones, then the head that points to them, so that a crash in between leaves the previous snapshot. A failed write
 * only costs a longer replay. The keys of the parts carry the token of the owner, so that no owner writes among those
 * of another.
 */
export class SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #head: SnapshotHead;
  #newest: Progress | undefined;
  /** The state is ahead of the newest progress and must not be saved under its sequence. */
  #isHeld = false;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #intervalMs = leastIntervalMs;
  /** Parts of earlier owners may exist. */
  #isLittered = true;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
    this.#head = new SnapshotHead(options.bucket, options.partition, options.owner.token);
  }

  /** Takes the partition over from its last owner, and reads that owner's progress. */
  async load(): Promise<{ readonly sequence: number; readonly state: JsonRecord } | undefined> {
    const { bucket, partition, now } = this.#options;
    const head = await this.#head.takeOver(now().toISOString());
    if (head === undefined) return undefined;
    const state: Record<List, unknown[]> = { series: [], entities: [] };
    for (let part = 0; part < head.parts; part += 1) {
      const value = (await bucket.get(`${partition}.${head.place}.${part}`))?.value;
      if (value?.sequence !== head.sequence)
        throw new CortexError('CORTEX_DETECTOR_SNAPSHOT_UNUSABLE', `part ${part} of the snapshot is of another time`);
      const piece = Part.parse(value.state);
      for (const list of lists) for (const one of piece[list] ?? []) state[list].push(one);
    }
    return { sequence: head.sequence, state: { ...head.rest, ...state } as JsonRecord };
  }

  /** Saves nothing from here to the next `note`. */
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

  /** Writes the newest progress, if it is not written yet, or as soon as it may be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#options.snapshotWrites.run(() => this.#writeNewest());
    await this.#writing;
  }

  async #writeNewest(): Promise<void> {
    this.#isDue = this.#isHeld;
    const progress = this.#newest;
    if (progress === undefined || this.#isHeld || !this.#options.owner.isHeld()) return;
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

  async #write(sequence: number, { series, entities, ...rest }: JsonRecord): Promise<void> {
    const { bucket, partition, owner, now } = this.#options;
    const savedAt = now().toISOString();
    const place = await this.#head.nextPlace();
    let parts = 0;
    for (const state of [...piecesOf('series', series), ...piecesOf('entities', entities)]) {
      if (!owner.isHeld()) return;
      await bucket.put(`${partition}.${place}.${parts}`, { sequence, state, savedAt });
      parts += 1;
    }
    if (!owner.isHeld()) return;
    await this.#head.write({ sequence, place, parts, rest }, savedAt);
    if (this.#isLittered) await this.#removeOlderParts();
    this.#isLittered = false;
  }

  /** Never parts of a larger token: this process may have been frozen, and have a successor. */
  async #removeOlderParts(): Promise<void> {
    const { bucket, partition, owner } = this.#options;
    const owners = new Set((await bucket.keys(`${partition}.>`)).map((key) => key.split('.')[1] ?? ''));
    for (const token of owners) {
      if (!(Number(token) >= owner.token)) await bucket.clear(`${partition}.${token}.>`);
    }
  }
}

function piecesOf(list: List, all: JsonRecord[string] | undefined): JsonRecord[] {
  if (!Array.isArray(all)) return [];
  const size = partSizes[list];
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, part) => ({ [list]: all.slice(part * size, (part + 1) * size) }));
}
