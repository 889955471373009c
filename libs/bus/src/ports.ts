import type {
  AnyDraft,
  BucketDefinition,
  CortexEvent,
  EventDefinition,
  EventType,
  leaseBucket,
  StreamName,
  TimerRecord,
} from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { z } from 'zod';
import type { AppendLog, RawMessage, RawReading } from './raw-ports.ts';

/** A bucket of records that expire when their holder stops renewing them. */
export type LeaseBucket = BucketDefinition<(typeof leaseBucket)['value']>;

/** The cause of an event: an event, or the stored part of one. */
export type Cause = Pick<CortexEvent, 'id'> & Partial<Pick<CortexEvent, 'time' | 'correlationid' | 'traceparent'>>;

/** The interface of a service to the bus. Reconnects forever; every promise settles or rejects with a coded error. */
export interface Bus {
  /**
   * Time and chance of this process, with the server's time instead of the machine's once {@link synchronize} has asked for
   * it: what one service writes and another compares is then of one clock.
   */
  readonly runtime: Runtime;
  /** Asks the server for its time, and again every minute. */
  synchronize(): Promise<void>;
  /**
   * Publishes until acked, with the same id on every retry. `cause` gives the id, causation and trace context; `id`
   * takes the place of that id, for things with an identity outside of Cortex.
   */
  publish(draft: AnyDraft, cause?: Cause, id?: string): Promise<CortexEvent>;
  /**
   * Publishes the effect of a cause unless its stream has it already. For what another life of the service may have
   * published at `since` (server time) or later: the server itself drops a second publish only for two minutes, and
   * only an older one is looked for.
   */
  publishUnlessStored(draft: AnyDraft, cause: Cause, since: Date): Promise<CortexEvent>;
  /** Publishes all, in order. */
  publishAll(drafts: readonly AnyDraft[], cause?: Cause): Promise<readonly CortexEvent[]>;
  /** Starts a durable consumer of one event type. */
  consume<Type extends EventType>(subscription: Subscription<Type>): Promise<Consumption>;
  /** Reads from a stream without a durable consumer: history from `from` on, then live until stopped. */
  read<Type extends EventType>(reading: Reading<Type>): Promise<Consumption>;
  /** Messages of one stream as they are stored, bad ones too: from a sequence on, then live until stopped. */
  readRaw(reading: RawReading): Promise<Consumption>;
  /**
   * Validates a message against the event that its subject names. A bad one goes to the dead letters, merged with the
   * letters of consumers that had it too; then true.
   */
  deadLetterIfBad(message: RawMessage, consumer: string): Promise<boolean>;
  /** A stream that one writer at a time appends to, under this subject. */
  appendLog(stream: StreamName, subject: string): AppendLog;
  /** With `deadlineMs`: its reads and writes fail when they are not answered for this long. Default 10 s. */
  bucket<Value extends z.ZodType>(
    definition: BucketDefinition<Value>,
    options?: { readonly deadlineMs?: number },
  ): Promise<Bucket<z.output<Value>>>;
  /** Leases of a bucket. Default: those on targets and memberships, `cortex-leases`. */
  leases(bucket?: LeaseBucket): Promise<Leases>;
  /** The durable timers of this service. Only due timers of `owner` fire here. */
  timers(owner: string): Promise<Timers>;
  /** True while connected. */
  isConnected(): boolean;
  /** Stops taking messages, waits for running handlers (at most `timeoutMs`), hands the rest back, then closes. */
  drain(timeoutMs?: number): Promise<void>;
  /** A person's answer to a record in the quarantine, by its key there. See {@link Settlement}. */
  settleQuarantined(key: string, how: 'restored' | 'dropped', by: string): Promise<Settlement>;
}

/**
 * `done`: what lay in the bucket is as asked for. `unknown`: no such record waits in the quarantine. `replaced`: a newer
 * record has its place, so that the bytes were not put back. `incomplete`: its bytes are not all there.
 */
export type Settlement = 'done' | 'unknown' | 'replaced' | 'incomplete';

export interface Subscription<Type extends EventType> {
  /** The consuming service; with the event type it names the durable consumer, which all its replicas share. */
  readonly consumer: string;
  readonly event: EventDefinition<Type>;
  /** Handlers running concurrently. Default 16. */
  readonly concurrency?: number;
  /** Events of one key are handled one at a time, in order, across all subscriptions of this bus. Default: by incident, else by service. */
  readonly key?: (event: CortexEvent<Type>) => string;
  /** Redelivery after a crash takes this long; running handlers heartbeat by themselves. Default 5 s. */
  readonly ackWaitMs?: number;
  /** Tries before a message whose handler keeps failing goes to the dead letters. Default 8, with growing delays. */
  readonly maxDeliveries?: number;
  /** Only events of this service, if given. */
  readonly service?: string;
  /** Returned drafts are published with ids derived from the event; then the event is acked. */
  readonly handle: (event: CortexEvent<Type>, context: HandlerContext) => Promise<readonly AnyDraft[]>;
}

export interface HandlerContext {
  /** Aborts when the service drains or the message is lost to another consumer. */
  readonly signal: AbortSignal;
  /** Publishes before the handler ends, with an id derived from the event as for returned drafts. */
  publish(draft: AnyDraft): Promise<CortexEvent>;
  /** 1 on the first delivery. */
  readonly deliveries: number;
  /** The place of the event in its stream. */
  readonly sequence: number;
  /** A stable id for a consequence of this event: the same parts give the same id on every delivery. */
  deriveId(...parts: readonly string[]): string;
}

/** Thrown from a handler to have the message redelivered after a delay, without counting as a failure. */
export interface RetryLater {
  readonly retryAfterMs: number;
}

export interface Reading<Type extends EventType> {
  readonly event: EventDefinition<Type>;
  /** Only events about this service. */
  readonly service?: string;
  /** Only events about this partition. */
  readonly partition?: number;
  /** `all`, `new`, from this time on, or behind this stream sequence (from the oldest message, if that one is gone). */
  readonly from: 'all' | 'new' | Date | { readonly afterSequence: number };
  /**
   * Bad messages go to the dead letters under this name. Without it they are skipped, because another consumer reports
   * them.
   */
  readonly deadLetterAs?: string;
  /** Called for one event at a time, in stream order. */
  readonly handle: (event: CortexEvent<Type>, position: { readonly sequence: number }) => void | Promise<void>;
  /** Called once, when everything that was in the stream at the start has been handled. */
  readonly onCaughtUp?: () => void;
}

export interface Consumption {
  stop(): Promise<void>;
}

export type Version = Pick<Entry<unknown>, 'revision' | 'writtenAtMs'>;

export interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  readonly revision: number;
  /** Server time of the last write, epoch milliseconds. */
  readonly writtenAtMs: number;
}

export type WriteResult =
  | { readonly ok: true; readonly revision: number }
  /** Another writer came first. */
  | { readonly ok: false; readonly reason: 'conflict' };

/** What is told of an entry that cannot be read: its bytes may still say whom it concerns. */
export type OnInvalid = (key: string, error: Error, bytes: Uint8Array) => void;

/**
 * A KV bucket whose values are validated on every read and write. A value that cannot be read costs itself alone: lists
 * leave it out, its bytes go to the quarantine, and what a single read makes of it is declared with the bucket.
 */
export interface Bucket<Value> {
  /** Rejects with {@link BadEntryError} for a value that cannot be read, in a bucket where such a value holds. */
  get(key: string): Promise<Entry<Value> | undefined>;
  /** Writes only if the key is absent, or its value cannot be read and may be replaced. */
  create(key: string, value: Value): Promise<WriteResult>;
  /** Writes only on top of `revision`. */
  update(key: string, value: Value, revision: number): Promise<WriteResult>;
  put(key: string, value: Value): Promise<number>;
  /** Deletes, only on top of `revision` if given. */
  delete(key: string, revision?: number): Promise<WriteResult>;
  /**
   * Removes an entry without a marker, unless it was written after `revision`. A watch learns of it the next time that
   * it reads everything again.
   */
  remove(key: string, revision: number): Promise<void>;
  /** Removes all entries that match a filter, without the markers that single deletions leave. */
  clear(filter: string): Promise<void>;
  /** Reads, changes and writes, and repeats on conflict with jitter. `undefined` from `change` writes nothing. */
  modify(key: string, change: (current: Value | undefined) => Value | undefined): Promise<Entry<Value> | undefined>;
  /** All keys, or those that match a subject-like filter: `target.*.*`. */
  keys(filter?: string): Promise<readonly string[]>;
  /** The newest version of each key, without its value. */
  versions(filter?: string): Promise<ReadonlyMap<string, Version>>;
  /** A mark that differs whenever anything in the bucket has been written, deleted or has expired in between: one small request. */
  mark(): Promise<string>;
  /** Those that do not parse are left out, and reported to `onInvalid`. */
  entries(filter?: string, onInvalid?: OnInvalid): Promise<readonly Entry<Value>[]>;
  /** Those of the last `count` writes that still stand, newest first; what does not parse is left out. */
  newest(count: number): Promise<readonly Entry<Value>[]>;
  /**
   * Delivers every present entry, then every change, `undefined` for a deleted one. Survives reconnects; re-reads
   * everything now and then. Resolves once the present entries have been delivered. An entry that does not parse is
   * reported to `onInvalid` and skipped.
   */
  watch(
    handle: (key: string, entry: Entry<Value> | undefined) => void,
    options?: {
      readonly filter?: string;
      readonly onInvalid?: OnInvalid;
      /** The owner of the entries also removes what their deletions leave, once every watch has seen it. */
      readonly removesMarkers?: boolean;
    },
  ): Promise<Consumption>;
}

/** Exclusive, self-renewing leases on names, with fencing tokens. */
export interface Leases {
  /**
   * Takes the lease; undefined when it is held. With `reclaim` also from a holder of our own name: for a process that
   * is known to be the successor of that holder.
   */
  acquire(key: string, purpose: string, options?: { readonly reclaim?: boolean }): Promise<Lease | undefined>;
  /** Whether the lease is held by anyone at this time. */
  isHeld(key: string): Promise<boolean>;
  /** Keys of leases held at this time, by filter: `target.shop.*`. */
  held(filter: string): Promise<readonly string[]>;
}

export interface Lease {
  readonly key: string;
  /** Grows with every holder: an effect under a smaller token than an earlier one is stale. */
  readonly token: number;
  /** Aborts when the lease is lost or can no longer be proved. */
  readonly signal: AbortSignal;
  /** Whether it can still be proved, by this process's own clock: also right after the process was frozen. */
  isHeld(): boolean;
  /** Asks the server whether we still hold the lease, right before an effect. Throws when we do not. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface TimerRequest {
  readonly key: string;
  readonly dueAt: Date;
  readonly service: string;
  readonly incidentId?: string;
  readonly purpose: string;
  readonly payload?: TimerRecord['payload'];
  /** Revision of the record that wants it. */
  readonly revision: number;
}

/**
 * Timers that survive every restart. Due ones arrive as `timer.due` events with an id derived from key and due time.
 * They follow from records: a writer that stood still between its record and its timers changes none that a newer
 * revision of the record has set.
 */
export interface Timers {
  /** Sets or replaces the timer `key`. What is set by the same revision for the same time again changes nothing. */
  schedule(timer: TimerRequest): Promise<void>;
  /** `revision`: of the record that does not want it any more. */
  cancel(key: string, revision: number): Promise<void>;
  /** Whether this timer is set for this time, as far as this process has heard. */
  isSet(key: string, dueAt: Date): boolean;
  stop(): Promise<void>;
}
