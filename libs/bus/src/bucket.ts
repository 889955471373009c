import { headers } from '@nats-io/transport-node';
import type { BucketDefinition } from '@cortex/contracts';
import { errorOf } from '@cortex/errors';
import { pause, randomUuid } from '@cortex/runtime';
import type { z } from 'zod';

import { describeIssues } from './envelope/describe-issues.ts';
import { BadEntryError, BusError, NotProvisionedError } from './errors.ts';
import type { Link } from './link.ts';
import type { Bucket, Consumption, Entry, OnInvalid, Version, WriteResult } from './ports.ts';
import { isConflict, isStreamMissing, request } from './request.ts';
import type { Stored } from './jetstream.ts';
import { Quarantine } from './quarantine.ts';
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
  readonly #quarantine: Quarantine;

  constructor(link: Link, definition: BucketDefinition<Schema>, options: BucketOptions) {
    this.#link = link;
    this.#definition = definition;
    this.#deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    this.#onWatch = options.onWatch ?? ((watch) => watch);
    this.#prefix = `$KV.${definition.name}.`;
    this.#quarantine = new Quarantine(link, definition);
  }

  async get(key: string): Promise<Entry<z.output<Schema>> | undefined> {
    const stored = await this.#last(key);
    if (stored === undefined || isDeletion(stored)) return undefined;
    try {
      return this.entryOf(stored);
    } catch (error) {
      if (await this.#isReplaceable(stored)) return undefined;
      throw error;
    }
  }

  async create(key: string, value: z.output<Schema>): Promise<WriteResult> {
    const bytes = this.#encode(key, value);
    let on = 0;
    for (let attempt = 1; attempt <= maxModifyTries; attempt += 1) {
      const written = await this.#write(key, bytes, on);
      if (written.ok) return written;
      // A deleted key still has its last revision, until its marker is removed.
      const last = await this.#last(key);
      if (last !== undefined && !isDeletion(last) && !(await this.#isReplaceable(last))) return conflict;
      if (on > 0 && last !== undefined) return conflict;
      on = last?.sequence ?? 0;
    }
    return conflict;
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

  async remove(key: string, revision: number): Promise<void> {
    const subject = `${this.#prefix}${checkedKey(key)}`;
    const stream = bucketStream(this.#definition.name);
    await this.#ask(`the removal of "${key}"`, () => this.#link.jetstream.purge(stream, subject, revision));
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
    return [...(await this.versions(filter)).keys()];
  }

  async versions(filter = '>'): Promise<ReadonlyMap<string, Version>> {
    const present = (await this.#snapshot(filter, true)).filter((message) => !isDeletion(message));
    return new Map(
      present.map((message) => [this.keyOf(message), { revision: message.sequence, writtenAtMs: message.storedAtMs }]),
    );
  }

  async mark(): Promise<string> {
    const stream = bucketStream(this.#definition.name);
    const { lastSequence, messages } = await this.#ask('the look at its end', () =>
      this.#link.jetstream.stream(stream),
    );
    return `${lastSequence} ${messages}`;
  }

  async entries(filter = '>', onInvalid?: OnInvalid): Promise<readonly Entry<z.output<Schema>>[]> {
    const entries: Entry<z.output<Schema>>[] = [];
    for (const message of await this.#snapshot(filter, false)) {
      if (!isDeletion(message)) entries.push(...this.#readable(message, onInvalid));
    }
    return entries;
  }

  /** One that cannot be read costs itself alone: it is in the quarantine. */
  #readable(message: Stored, onInvalid?: OnInvalid): readonly Entry<z.output<Schema>>[] {
    try {
      return [this.entryOf(message)];
    } catch (error) {
      onInvalid?.(this.keyOf(message), errorOf(error), message.data);
      return [];
    }
  }

  async newest(count: number): Promise<readonly Entry<z.output<Schema>>[]> {
    const stream = bucketStream(this.#definition.name);
    const { lastSequence } = await this.#ask('the look at its end', () => this.#link.jetstream.stream(stream));
    const entries: Entry<z.output<Schema>>[] = [];
    for (let sequence = lastSequence; sequence > Math.max(0, lastSequence - count); sequence -= 1) {
      const message = await this.#ask('the read of an entry', () => this.#link.jetstream.message(stream, sequence));
      if (message !== undefined && !isDeletion(message)) entries.push(...this.#readable(message));
    }
    return entries;
  }

  async watch(
    handle: (key: string, entry: Entry<z.output<Schema>> | undefined) => void,
    options: {
      readonly filter?: string;
      readonly onInvalid?: OnInvalid;
      readonly removesMarkers?: boolean;
    } = {},
  ): Promise<Consumption> {
    const watching = await watchBucket(
      this.#link,
      {
        stream: bucketStream(this.#definition.name),
        filter: `${this.#prefix}${checkedFilter(options.filter ?? '>')}`,
        snapshot: () => this.#snapshot(options.filter ?? '>', false),
        keyOf: (message) => this.keyOf(message),
        read: (message) => (isDeletion(message) ? undefined : this.entryOf(message)),
        ...(options.removesMarkers === true
          ? { removeMarker: (message: Stored) => this.remove(this.keyOf(message), message.sequence) }
          : {}),
      },
      handle,
      options.onInvalid,
    );
    return this.#onWatch(watching);
  }

  keyOf(message: Stored): string {
    return message.subject.slice(this.#prefix.length);
  }

  /** Throws for a record that cannot be read, and hands it to the quarantine. */
  entryOf(message: Stored): Entry<z.output<Schema>> {
    const key = this.keyOf(message);
    const writtenAtMs = message.storedAtMs;
    try {
      return { key, value: this.#parse(key, message.data), revision: message.sequence, writtenAtMs };
    } catch (error) {
      this.#quarantine.report(key, message, error);
      throw error;
    }
  }

  /** Whether the record cannot be read and may be written over: only when its bytes are kept. */
  async #isReplaceable(message: Stored): Promise<boolean> {
    if (this.#definition.unreadable !== 'replace') return false;
    const key = this.keyOf(message);
    try {
      this.#parse(key, message.data);
      return false;
    } catch (error) {
      await this.#quarantine.keep(key, message, error, this.#deadlineMs);
      return true;
    }
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
