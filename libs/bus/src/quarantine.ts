import { quarantineBucket, quarantineKey } from '@cortex/contracts';
import type { BucketDefinition, QuarantinedRecord } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import type { Stored } from './jetstream.ts';
import type { Link } from './link.ts';
import { isConflict, request } from './request.ts';

/** Space for what is told beside the bytes. */
const headBytes = 16_384;
const mostRemembered = 1_000;
const encoder = new TextEncoder();

/** Where records of one bucket go that cannot be read: each once, under its revision, with its bytes. */
export class Quarantine {
  readonly #link: Link;
  readonly #bucket: string;
  /** Revisions that are kept, or are being kept until the store takes them. */
  readonly #known = new Set<number>();

  constructor(link: Link, { name }: Pick<BucketDefinition, 'name'>) {
    this.#link = link;
    this.#bucket = name;
  }

  /** Keeps the record in the background, however long the store takes nothing. Never throws. */
  report(key: string, message: Stored, error: unknown): void {
    // What is wrong with the quarantine itself stays where it is.
    if (this.#bucket === quarantineBucket.name || this.#known.has(message.sequence)) return;
    this.#remember(message.sequence);
    this.#link.logger.error({ bucket: this.#bucket, key, error: messageOf(error) }, 'a record cannot be read');
    this.#write(key, message, error).catch((problem: unknown) => {
      this.#known.delete(message.sequence);
      this.#link.logger.warn({ bucket: this.#bucket, key, error: String(problem) }, 'an unreadable record is not kept');
    });
  }

  /** Resolves when the record is kept. Rejects when the store does not take it in time. */
  async keep(key: string, message: Stored, error: unknown, deadlineMs: number): Promise<void> {
    this.report(key, message, error);
    await this.#write(key, message, error, deadlineMs);
  }

  async #write(key: string, message: Stored, error: unknown, deadlineMs?: number): Promise<void> {
    const { jetstream } = this.#link;
    const record = this.#recordOf(key, message, error);
    const subject = `$KV.${quarantineBucket.name}.${quarantineKey(record)}`;
    const options = {
      what: `the quarantine of "${key}" in bucket ${this.#bucket}`,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    };
    try {
      await request(this.#link, options, () =>
        jetstream.publish(subject, encoder.encode(JSON.stringify(record)), {
          msgID: `quarantine:${quarantineKey(record)}`,
          timeout: Math.min(5_000, deadlineMs ?? 5_000),
          // Somebody else was first, or a human dropped it.
          expect: { lastSubjectSequence: 0 },
        }),
      );
    } catch (problem) {
      if (!isConflict(problem)) throw problem;
    }
  }

  #recordOf(key: string, { sequence, storedAtMs, data }: Stored, error: unknown): QuarantinedRecord {
    const most = Math.floor(((this.#link.maxPayloadBytes() - headBytes) * 3) / 4);
    return {
      bucket: this.#bucket,
      key,
      revision: sequence,
      writtenAt: new Date(storedAtMs).toISOString(),
      foundAt: this.#link.runtime.now().toISOString(),
      foundBy: this.#link.source,
      problem: messageOf(error).slice(0, 1_000),
      bytes: Buffer.from(data.subarray(0, most)).toString('base64'),
      ...(data.length > most ? { truncatedFrom: data.length } : {}),
    };
  }

  #remember(revision: number): void {
    this.#known.add(revision);
    const [oldest] = this.#known;
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest);
  }
}
