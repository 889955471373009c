import { JetStreamApiError } from '@nats-io/jetstream';
import type { PublishAck, PublishOptions, Stored } from '../jetstream.ts';
import type { WantedStream } from '../nats/wanted-streams.ts';
import { subjectMatcher } from './subject-matcher.ts';

interface Row extends Stored {
  readonly msgID: string;
}

/** One stream of the server in memory: the contents that nats-server keeps in a file, and its order of checks on a write. */
export class MemoryStream {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly #config: WantedStream;
  readonly #subjects: readonly ((subject: string) => boolean)[];
  readonly #rows = new Map<number, Row>();
  readonly #bySubject = new Map<string, number[]>();
  readonly #ids = new Map<string, { readonly sequence: number; readonly atMs: number }>();
  #lastSequence = 0;
  #lastID: string | undefined;

  constructor(config: WantedStream) {
    this.name = config.name;
    this.maxAgeMs = config.max_age / 1e6;
    this.#config = config;
    this.#subjects = config.subjects.map(subjectMatcher);
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  takes(subject: string): boolean {
    return this.#subjects.some((matches) => matches(subject));
  }

  append(
    subject: string,
    data: Uint8Array,
    { msgID, headers, expect = {} }: Omit<PublishOptions, 'timeout'>,
    nowMs: number,
  ): PublishAck {
    this.expire(nowMs);
    if (expect.streamName !== undefined && expect.streamName !== this.name) {
      throw refusal(400, 10_060, 'expected stream does not match');
    }
    const known = this.#ids.get(msgID);
    if (known !== undefined) return { seq: known.sequence, duplicate: true };
    if (expect.lastSubjectSequence !== undefined) {
      const last = this.#bySubject.get(subject)?.at(-1) ?? 0;
      if (last !== expect.lastSubjectSequence) throw refusal(400, 10_071, `wrong last sequence: ${last}`);
    }
    if (expect.lastSequence !== undefined && expect.lastSequence !== this.#lastSequence) {
      throw refusal(400, 10_071, `wrong last sequence: ${this.#lastSequence}`);
    }
    if (expect.lastMsgID !== undefined && expect.lastMsgID !== this.#lastID) {
      throw refusal(400, 10_070, `wrong last msg ID: ${this.#lastID ?? ''}`);
    }
    this.#lastSequence += 1;
    this.#store({ subject, data, headers, sequence: this.#lastSequence, storedAtMs: nowMs, msgID });
    return { seq: this.#lastSequence, duplicate: false };
  }

  at(sequence: number, nowMs: number): Stored | undefined {
    this.expire(nowMs);
    return this.#rows.get(sequence);
  }

  /** The newest message of a subject. */
  last(subject: string, nowMs: number): Stored | undefined {
    this.expire(nowMs);
    const sequence = this.#bySubject.get(subject)?.at(-1);
    return sequence === undefined ? undefined : this.#rows.get(sequence);
  }

  /** Every message that is there, the oldest first. */
  all(nowMs: number): Iterable<Stored> {
    this.expire(nowMs);
    return this.#rows.values();
  }

  count(nowMs: number): number {
    this.expire(nowMs);
    return this.#rows.size;
  }

  subjects(filter: string, nowMs: number): readonly string[] {
    this.expire(nowMs);
    return [...this.#bySubject.keys()].filter(subjectMatcher(filter));
  }

  purge(filter: string, upTo = Number.POSITIVE_INFINITY): void {
    const matches = subjectMatcher(filter);
    for (const row of this.#rows.values()) if (row.sequence <= upTo && matches(row.subject)) this.#remove(row);
  }

  /** The server died and came back: it knows the ids of the messages that it still has, and no others. */
  crash(nowMs: number): void {
    this.#ids.clear();
    for (const row of this.#rows.values()) this.#ids.set(row.msgID, { sequence: row.sequence, atMs: row.storedAtMs });
    this.expire(nowMs);
  }

  /** Removes expired messages without notice: a watch does not see it. */
  expire(nowMs: number): void {
    if (this.maxAgeMs > 0) {
      for (const row of this.#rows.values()) {
        if (row.storedAtMs + this.maxAgeMs > nowMs) break;
        this.#remove(row);
      }
    }
    const windowMs = this.#config.duplicate_window / 1e6;
    for (const [id, { atMs }] of this.#ids) {
      if (atMs + windowMs > nowMs) break;
      this.#ids.delete(id);
    }
  }

  #store(row: Row): void {
    this.#rows.set(row.sequence, row);
    this.#lastID = row.msgID;
    this.#ids.set(row.msgID, { sequence: row.sequence, atMs: row.storedAtMs });
    const sequences = this.#bySubject.get(row.subject) ?? [];
    sequences.push(row.sequence);
    this.#bySubject.set(row.subject, sequences);
    const most = this.#config.max_msgs_per_subject;
    if (most < 1) return;
    for (const sequence of sequences.slice(0, Math.max(0, sequences.length - most))) {
      const oldest = this.#rows.get(sequence);
      if (oldest !== undefined) this.#remove(oldest);
    }
  }

  #remove(row: Stored): void {
    this.#rows.delete(row.sequence);
    const sequences = this.#bySubject.get(row.subject);
    if (sequences === undefined) return;
    const index = sequences.indexOf(row.sequence);
    if (index !== -1) sequences.splice(index, 1);
    if (sequences.length === 0) this.#bySubject.delete(row.subject);
  }
}

/** A refusal in the server's words. */
export function refusal(status: number, code: number, description: string): JetStreamApiError {
  return new JetStreamApiError({ code: status, err_code: code, description });
}
