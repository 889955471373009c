import { headers } from '@nats-io/transport-node';
import type { BucketDefinition } from '@cortex/contracts';
import { pause, randomUuid } from '@cortex/runtime';
import type { z } from 'zod';

import { describeIssues } from './envelope/describe-issues.ts';
import { BadEntryError, BusError, NotProvisionedError } from './errors.ts';
import type { Link } from './link.ts';
import type { Bucket, Consumption, Entry, WriteResult } from './ports.ts';
import { isConflict, isStreamMissing, request } from './request.ts';
import type { Stored } from './jetstream.ts';
import { lastPerSubject } from './snapshot.ts';
import { watchBucket } from './watch.ts';

const operationHeader = 'KV-Operation';
const defaultDeadlineMs = 10_000;
const maxModifyTries = 200;
const conflict: WriteResult = { ok: false, reason: 'conflict' };
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The stream that holds a bucket. */
export function bucketStream(bucket: string): string {
  return `KV_${bucket}`;
}

export interface BucketOptions {
  /** A request that is not answered for this long fails. Default 10 s. */
  readonly deadlineMs?: number;
  /** Receives every watch that is started. */
  readonly onWatch?: (watch: Consumption) => Consumption;
}

/** Opens a provisioned bucket. */
export async function openBucket<Schema extends z.ZodType>(
  link: Link,
  definition: BucketDefinition<Schema>,
  options: BucketOptions = {},
): Promise<OpenBucket<Schema>> {
  await request(link, { what: `the opening of bucket ${definition.name}` }, async () => {
    try {
      await link.jetstream.stream(bucketStream(definition.name));
    } catch (error) {
      if (isStreamMissing(error)) throw new NotProvisionedError(`the bucket ${definition.name}`);
      throw error;
    }
  });
  return new OpenBucket(link, definition, options);
}

class OpenBucket<Schema extends z.ZodType> implements Bucket<z.output<Schema>> {
  readonly #link: Link;
  readonly #definition: BucketDefinition<Schema>;
  readonly #deadlineMs: number;
  readonly #onWatch: (watch: Consumption) => Consumption;
  readonly #prefix: string;

  constructor(link: Link, definition: BucketDefinition<Schema>, options: BucketOptions) {
    this.#link = link;
    this.#definition = definition;
    this.#deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    this.#onWatch = options.onWatch ?? ((watch) => watch);
    this.#prefix = `$KV.${definition.name}.`;
  }

  async get(key: string): Promise<Entry<z.output<Schema>> | undefined> {
    const stored = await this.#last(key);
    return stored === undefined || isDeletion(stored) ? undefined : this.entryOf(stored);
  }

  async create(key: string, value: z.output<Schema>): Promise<WriteResult> {
    const bytes = this.#encode(key, value);
    const first = await this.#write(key, bytes, 0);
    if (first.ok) return first;
    // A deleted key still has its last revision.
    const last = await this.#last(key);
    if (last !== undefined && !isDeletion(last)) return conflict;
    return this.#write(key, bytes, last?.sequence ?? 0);
  }

  /** Writes only if the key never existed, not even as a deleted one. */
  createFirst(key: string, value: z.output<Schema>): Promise<WriteResult> {
    return this.#write(key, this.#encode(key, value), 0);
  }

  update(key: string, value: z.output<Schema>, revision: number): Promise<WriteResult> {
    return this.#write(key, this.#encode(key, value), revision);
  }

  async put(key: string, value: z.output<Schema>): Promise<number> {
    const written = await this.#write(key, this.#encode(key, value), undefined);
    if (!written.ok) throw new BusError('CORTEX_BUS_REQUEST', `the put of "${key}" met a conflict`);
    return written.revision;
  }

  delete(key: string, revision?: number): Promise<WriteResult> {
    return this.#write(key, undefined, revision);
  }

  async clear(filter: string): Promise<void> {
    const subject = `${this.#prefix}${checkedFilter(filter)}`;
    const stream = bucketStream(this.#definition.name);
    await this.#ask(`the clearing of "${filter}"`, () => this.#link.jetstream.purge(stream, subject));
  }

  async modify(
    key: string,
    change: (current: z.output<Schema> | undefined) => z.output<Schema> | undefined,
  ): Promise<Entry<z.output<Schema>> | undefined> {
    const { runtime } = this.#link;
    for (let attempt = 1; attempt <= maxModifyTries; attempt += 1) {
      const current = await this.get(key);
      const value = change(current?.value);
      if (value === undefined) return current;
      const written = current ? await this.update(key, value, current.revision) : await this.create(key, value);
      if (written.ok) return { key, value, revision: written.revision, writtenAtMs: runtime.now().getTime() };
      await pause(runtime, runtime.random() * Math.min(100, 2 ** Math.min(attempt, 7)));
    }
    throw new BusError(
      'CORTEX_BUS_CONTENTION',
      `"${key}" in bucket ${this.#definition.name} changed under each of ${maxModifyTries} tries to change it`,
    );
  }

  async keys(filter = '>'): Promise<readonly string[]> {
    const messages = await this.#snapshot(filter, true);
    return messages.filter((message) => !isDeletion(message)).map((message) => this.keyOf(message));
  }

  async entries(filter = '>'): Promise<readonly Entry<z.output<Schema>>[]> {
    const entries: Entry<z.output<Schema>>[] = [];
    for (const message of await this.#snapshot(filter, false)) {
      if (isDeletion(message)) continue;
      try {
        entries.push(this.entryOf(message));
      } catch (error) {
        const data = { bucket: this.#definition.name, key: this.keyOf(message), error: String(error) };
        this.#link.logger.error(data, 'an entry that does not match its schema was left out');
      }
    }
    return entries;
  }

  async watch(
    handle: (key: string, entry: Entry<z.output<Schema>> | undefined) => void,
    options: { readonly filter?: string; readonly onInvalid?: (key: string, error: Error) => void } = {},
  ): Promise<Consumption> {
    const watching = await watchBucket(
      this.#link,
      {
        stream: bucketStream(this.#definition.name),
        filter: `${this.#prefix}${checkedFilter(options.filter ?? '>')}`,
        snapshot: () => this.#snapshot(options.filter ?? '>', false),
        keyOf: (message) => this.keyOf(message),
        read: (message) => (isDeletion(message) ? undefined : this.entryOf(message)),
      },
      handle,
      options.onInvalid,
    );
    return this.#onWatch(watching);
  }

  keyOf(message: Stored): string {
    return message.subject.slice(this.#prefix.length);
  }

  entryOf(message: Stored): Entry<z.output<Schema>> {
    const key = this.keyOf(message);
    const writtenAtMs = message.storedAtMs;
    return { key, value: this.#parse(key, message.data), revision: message.sequence, writtenAtMs };
  }

  async #last(key: string): Promise<Stored | undefined> {
    const subject = `${this.#prefix}${checkedKey(key)}`;
    const { name, coordination } = this.#definition;
    const from = coordination ? 'leader' : 'replica';
    return this.#ask(`the read of "${key}"`, () => this.#link.jetstream.lastMessage(bucketStream(name), subject, from));
  }

  #snapshot(filter: string, headersOnly: boolean): Promise<readonly Stored[]> {
    const subject = `${this.#prefix}${checkedFilter(filter)}`;
    const stream = bucketStream(this.#definition.name);
    return this.#ask('the read of all entries', () => lastPerSubject(this.#link, stream, subject, headersOnly));
  }

  /**
   * Writes under one message id for all tries, so that a write whose answer was lost is not taken for another writer's.
   * No value means a deletion; no revision means any revision.
   */
  async #write(key: string, bytes: Uint8Array | undefined, revision: number | undefined): Promise<WriteResult> {
    const subject = `${this.#prefix}${checkedKey(key)}`;
    const msgID = randomUuid(this.#link.runtime);
    try {
      const ack = await this.#ask(`the write of "${key}"`, () => {
        const head = headers();
        if (bytes === undefined) head.set(operationHeader, 'DEL');
        return this.#link.jetstream.publish(subject, bytes ?? new Uint8Array(), {
          msgID,
          headers: head,
          timeout: Math.min(5_000, this.#deadlineMs),
          ...(revision === undefined ? {} : { expect: { lastSubjectSequence: revision } }),
        });
      });
      return { ok: true, revision: ack.seq };
    } catch (error) {
      if (isConflict(error)) return conflict;
      throw error;
    }
  }

  #ask<Result>(what: string, operation: () => Promise<Result>): Promise<Result> {
    const options = { what: `${what} in bucket ${this.#definition.name}`, deadlineMs: this.#deadlineMs };
    return request(this.#link, options, operation);
  }

  #encode(key: string, value: z.output<Schema>): Uint8Array {
    const parsed = this.#definition.value.safeParse(value);
    if (!parsed.success) throw new BadEntryError(this.#definition.name, key, 'write', describeIssues(parsed.error));
    return encoder.encode(JSON.stringify(parsed.data));
  }

  #parse(key: string, bytes: Uint8Array): z.output<Schema> {
    let json: unknown;
    try {
      json = JSON.parse(decoder.decode(bytes));
    } catch (error) {
      throw new BadEntryError(this.#definition.name, key, 'read', String(error));
    }
    const parsed = this.#definition.value.safeParse(json);
    if (!parsed.success) throw new BadEntryError(this.#definition.name, key, 'read', describeIssues(parsed.error));
    return parsed.data;
  }
}

function isDeletion(message: Stored): boolean {
  return (message.headers?.get(operationHeader) ?? '') !== '';
}

function checkedKey(key: string): string {
  if (!/^[-/_=A-Za-z0-9]+(\.[-/_=A-Za-z0-9]+)*$/.test(key)) {
    throw new BusError('CORTEX_BUS_BAD_KEY', `"${key}" is no key; escape names with escapeToken`);
  }
  return key;
}

function checkedFilter(filter: string): string {
  if (!/^([-/_=A-Za-z0-9]+|\*)(\.([-/_=A-Za-z0-9]+|\*))*(\.>)?$|^>$/.test(filter)) {
    throw new BusError('CORTEX_BUS_BAD_KEY', `"${filter}" is no key filter; use "a.*.b" or "a.>"`);
  }
  return filter;
}
