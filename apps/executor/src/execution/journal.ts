import type { Bucket } from '@cortex/bus';
import { escapeToken } from '@cortex/contracts';
import type { ExecutionRecord } from '@cortex/contracts';
import { JournalTakenError } from './errors.ts';

/** The journal of one execution, as this executor last read or wrote it. */
export class Journal {
  readonly #bucket: Bucket<ExecutionRecord>;
  #revision: number | undefined;
  #record: ExecutionRecord;

  private constructor(bucket: Bucket<ExecutionRecord>, record: ExecutionRecord, revision: number | undefined) {
    this.#bucket = bucket;
    this.#record = record;
    this.#revision = revision;
  }

  /** Reads the journal, or undefined when the execution has none yet. */
  static async read(bucket: Bucket<ExecutionRecord>, executionId: string): Promise<Journal | undefined> {
    const entry = await bucket.get(escapeToken(executionId));
    return entry === undefined ? undefined : new Journal(bucket, entry.value, entry.revision);
  }

  /** A journal that does not exist yet: the first write creates it, or finds that another executor did. */
  static begin(bucket: Bucket<ExecutionRecord>, record: ExecutionRecord): Journal {
    return new Journal(bucket, record, undefined);
  }

  get record(): ExecutionRecord {
    return this.#record;
  }

  /** Starts over from a record that ended without an effect. */
  restart(record: ExecutionRecord): void {
    this.#record = record;
  }

  /**
   * Writes on top of the revision that was read, or throws {@link JournalTakenError}: another executor acts, this one
   * stops.
   */
  async write(record: ExecutionRecord): Promise<void> {
    const key = escapeToken(record.remediation.executionId);
    const written =
      this.#revision === undefined
        ? await this.#bucket.create(key, record)
        : await this.#bucket.update(key, record, this.#revision);
    if (!written.ok) throw new JournalTakenError(record.remediation.executionId);
    this.#revision = written.revision;
    this.#record = record;
  }
}
