import { BadEntryError, type Bucket } from '@cortex/bus';
import { detectorBucket, JsonRecord } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { z } from 'zod';

export type Snapshot = z.output<typeof detectorBucket.value>;

/** A snapshot without its parts. */
const HeadState = z.strictObject({
  /** The fencing token of the owner of the partition. */
  owner: z.number().int().nonnegative(),
  /** The middle token in the keys of the parts, between the partition and the number of the part. */
  place: z.string().max(64),
  parts: z.number().int().nonnegative().max(100_000),
  /** The state without its series. */
  rest: JsonRecord,
});
type HeadState = z.output<typeof HeadState>;

export interface Head extends Pick<HeadState, 'place' | 'parts' | 'rest'> {
  readonly sequence: number;
}

/** A later owner has the partition: the process that gets this error lost it without noticing. */
export class OvertakenError extends CortexError {
  constructor() {
    super('CORTEX_DETECTOR_OVERTAKEN', 'another detector has taken the partition over');
  }
}

/**
 * The record under the key of a partition that points to the parts of its snapshot. It belongs to one owner and is only
 * changed by compare-and-set: taking it over shuts out the previous owner.
 */
export class SnapshotHead {
  readonly #bucket: Bucket<Snapshot>;
  readonly #key: string;
  readonly #token: number;
  #revision = 0;
  #place = '';
  /** The last write got no answer, or was refused. */
  #isUnsure = false;

  constructor(bucket: Bucket<Snapshot>, partition: string, token: number) {
    this.#bucket = bucket;
    this.#key = partition;
    this.#token = token;
  }

  /**
   * Makes the head ours, unless an owner with a larger token has it. An unusable head is replaced by an empty one
   * before this throws.
   */
  async takeOver(savedAt: string): Promise<Head | undefined> {
    let problem: unknown;
    let found: Head | undefined;
    const take = (current: Snapshot | undefined): Snapshot => {
      const none = { owner: this.#token, place: '', parts: 0, rest: {} };
      found = undefined;
      if (current === undefined) return { sequence: 0, state: none, savedAt };
      const head = HeadState.safeParse(current.state);
      problem = head.error;
      if (!head.success) return { sequence: 0, state: none, savedAt };
      if (head.data.owner > this.#token) throw new OvertakenError();
      if (head.data.place !== '') found = { sequence: current.sequence, ...head.data };
      return { ...current, state: { ...head.data, owner: this.#token } };
    };
    try {
      this.#revision = (await this.#bucket.modify(this.#key, take))?.revision ?? 0;
    } catch (error) {
      if (!(error instanceof BadEntryError)) throw error;
      problem = error;
      await this.#bucket.delete(this.#key);
      this.#revision = (await this.#bucket.modify(this.#key, take))?.revision ?? 0;
    }
    if (problem !== undefined)
      throw new CortexError('CORTEX_DETECTOR_SNAPSHOT_UNUSABLE', 'the snapshot is of another form', { cause: problem });
    this.#place = found?.place ?? '';
    return found;
  }

  /** Where to put the parts of the next snapshot: neither over those that the head points to, nor among another owner's. */
  async nextPlace(): Promise<string> {
    if (this.#isUnsure) await this.#lookAgain();
    return this.#place === `${this.#token}.a` ? `${this.#token}.b` : `${this.#token}.a`;
  }

  async write({ sequence, ...state }: Head, savedAt: string): Promise<void> {
    this.#isUnsure = true;
    const value = { sequence, state: { owner: this.#token, ...state }, savedAt };
    const written = await this.#bucket.update(this.#key, value, this.#revision);
    if (!written.ok)
      throw new CortexError(
        'CORTEX_DETECTOR_SNAPSHOT_CONFLICT',
        'the snapshot has been written by somebody else meanwhile',
      );
    this.#isUnsure = false;
    this.#revision = written.revision;
    this.#place = state.place;
  }

  async #lookAgain(): Promise<void> {
    const entry = await this.#bucket.get(this.#key);
    const head = HeadState.parse(entry?.value.state);
    if (head.owner !== this.#token) throw new OvertakenError();
    this.#revision = entry?.revision ?? 0;
    this.#place = head.place;
    this.#isUnsure = false;
  }
}
