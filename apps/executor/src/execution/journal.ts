import { BadEntryError } from '@cortex/bus';
import type { Bucket, Entry } from '@cortex/bus';
import { escapeToken } from '@cortex/contracts';
import type { ExecutionRecord } from '@cortex/contracts';
import { JournalTakenError, JournalUnreadableError } from './errors.ts';

export interface Journals {
  readonly journal: Bucket<ExecutionRecord>;
  readonly journalArchive: Pick<Bucket<ExecutionRecord>, 'get'>;
}

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

  /** Reads the journal, also one that is archived, or undefined when the execution has none yet. Throws {@link JournalUnreadableError}. */
  static async read({ journal, journalArchive }: Journals, executionId: string): Promise<Journal | undefined> {
    const [entry, archived] = await Promise.all([
      readEntry(journal, executionId),
      readEntry(journalArchive, executionId),
    ]);
    if (entry !== undefined) return new Journal(journal, entry.value, entry.revision);
    return archived === undefined ? undefined : new Journal(journal, archived.value, undefined);
  }

  /** A journal that does not exist yet: the first write creates it, or finds that another executor did. */
  static begin(bucket: Bucket<ExecutionRecord>, record: ExecutionRecord): Journal {
    return new Journal(bucket, record, undefined);
  }

  get record(): ExecutionRecord {
    return this.#record;
  }

  /** Goes on from this record instead; it is stored with the next write. */
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

async function readEntry(
  bucket: Pick<Bucket<ExecutionRecord>, 'get'>,
  executionId: string,
): Promise<Entry<ExecutionRecord> | undefined> {
  try {
    return await bucket.get(escapeToken(executionId));
  } catch (error) {
    throw error instanceof BadEntryError ? new JournalUnreadableError(executionId, error) : error;
  }
}
