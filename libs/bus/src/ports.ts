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
import type { z } from 'zod';
import type { AppendLog, RawMessage, RawReading } from './raw-ports.ts';

/** A bucket of records that expire when their holder stops renewing them. */
export type LeaseBucket = BucketDefinition<(typeof leaseBucket)['value']>;

/** The cause of an event: an event, or the stored part of one. */
export type Cause = Pick<CortexEvent, 'id'> & Partial<Pick<CortexEvent, 'time' | 'correlationid' | 'traceparent'>>;

/** The interface of a service to the bus. Reconnects forever; every promise settles or rejects with a coded error. */
export interface Bus {
  /**
   * Publishes until acked, with the same id on every retry. `cause` gives the id, causation and trace context; `id`
   * takes the place of that id, for things with an identity outside of Cortex.
   */
  publish(draft: AnyDraft, cause?: Cause, id?: string): Promise<CortexEvent>;
  /**
   * Publishes the effect of a cause unless its stream has it already. For what another life of the service may have
   * published at `since` (server time) or later: the server itself drops a second publish only for two minutes.
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
  bucket<Value extends z.ZodType>(definition: BucketDefinition<Value>): Promise<Bucket<z.output<Value>>>;
  /** Leases of a bucket. Default: those on targets, slots and memberships, `cortex-leases`. */
  leases(bucket?: LeaseBucket): Promise<Leases>;
  /** The durable timers of this service. Only due timers of `owner` fire here. */
  timers(owner: string): Promise<Timers>;
  /** True while connected. */
  isConnected(): boolean;
  /** Stops taking messages, waits for running handlers (at most `timeoutMs`), hands the rest back, then closes. */
  drain(timeoutMs?: number): Promise<void>;
}

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

/** A KV bucket whose values are validated on every read and write. */
export interface Bucket<Value> {
  get(key: string): Promise<Entry<Value> | undefined>;
  /** Writes only if the key is absent. */
  create(key: string, value: Value): Promise<WriteResult>;
  /** Writes only on top of `revision`. */
  update(key: string, value: Value, revision: number): Promise<WriteResult>;
  put(key: string, value: Value): Promise<number>;
  /** Deletes, only on top of `revision` if given. */
  delete(key: string, revision?: number): Promise<WriteResult>;
  /** Removes all entries that match a filter, without the markers that single deletions leave. */
  clear(filter: string): Promise<void>;
  /** Reads, changes and writes, and repeats on conflict with jitter. `undefined` from `change` writes nothing. */
  modify(key: string, change: (current: Value | undefined) => Value | undefined): Promise<Entry<Value> | undefined>;
  /** All keys, or those that match a subject-like filter: `target.*.*`. */
  keys(filter?: string): Promise<readonly string[]>;
  entries(filter?: string): Promise<readonly Entry<Value>[]>;
  /**
   * Delivers every present entry, then every change, `undefined` for a deleted one. Survives reconnects; re-reads
   * everything now and then. Resolves once the present entries have been delivered. An entry that does not parse is
   * reported to `onInvalid` and skipped.
   */
  watch(
    handle: (key: string, entry: Entry<Value> | undefined) => void,
    options?: { readonly filter?: string; readonly onInvalid?: (key: string, error: Error) => void },
  ): Promise<Consumption>;
}

/** Exclusive, self-renewing leases on names, with fencing tokens. */
export interface Leases {
  /**
   * Takes the lease; undefined when it is held. With `reclaim` also from a holder of our own name: for a process that
   * is known to be the successor of that holder.
   */
  acquire(key: string, purpose: string, options?: { readonly reclaim?: boolean }): Promise<Lease | undefined>;
  /** Takes one of `count` equal slots, `<prefix>.0` to `<prefix>.<count - 1>`: at most `count` holders, by construction. */
  acquireSlot(prefix: string, count: number, purpose: string): Promise<Lease | undefined>;
  /** Whether the lease is held by anyone at this time. */
  isHeld(key: string): Promise<boolean>;
  /** Keys of leases held at this time, by filter: `slot.shop.*`. */
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
}

/** Timers that survive every restart. Due ones arrive as `timer.due` events with an id derived from key and due time. */
export interface Timers {
  /** Sets or replaces the timer `key`. Setting the same due time again changes nothing. */
  schedule(timer: TimerRequest): Promise<void>;
  cancel(key: string): Promise<void>;
  stop(): Promise<void>;
}
