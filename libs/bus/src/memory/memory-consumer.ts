import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { ConsumerConfig } from '@nats-io/jetstream';
import type { Runtime, RuntimeTimer } from '@cortex/runtime';
import type { Delivery } from '../delivery.ts';
import type { Stored } from '../jetstream.ts';
import type { MemoryStream } from './memory-stream.ts';
import { subjectMatcher } from './subject-matcher.ts';

/** A client with an open request for messages. */
export interface Asker {
  /** How many more messages the client may be sent. */
  room: number;
  send(delivery: Delivery): void;
  /** Carries an ack or nak back to the server. */
  answer(arrive: () => void): void;
  /** The consumer is gone. */
  end(reason: string): void;
}

interface Pending {
  readonly deliveries: number;
  /** When it is redelivered unless it is acked. */
  dueMs: number;
  /** Handed back: it may be redelivered from `dueMs` on, and no client holds it. */
  isFree: boolean;
}

/** The effect of a delivery or an ack, kept for as long as a crash can undo it. */
interface Change {
  readonly atMs: number;
  readonly sequence: number;
  readonly before: Pending | undefined;
  readonly next: number;
  readonly sent: number;
}

type Clock = Pick<Runtime, 'now' | 'after'>;

const noBody = new Uint8Array();
/** A restarted server redelivers unacknowledged messages after this long at the earliest. */
const firstCheckMs = 500;
/** The number of changes that are always kept, and how long the other ones are, so that crashes can undo them. */
const fewestChanges = 128;
const longestLossMs = 1_000;

/** One consumer of the server in memory, durable or not: its deliveries, acks and redeliveries. */
export class MemoryConsumer {
  readonly config: ConsumerConfig;
  readonly #stream: MemoryStream;
  readonly #clock: Clock;
  readonly #isServing: () => boolean;
  readonly #matches: (subject: string) => boolean;
  readonly #pending = new Map<number, Pending>();
  readonly #askers = new Set<Asker>();
  /** For `last_per_subject`: the messages to begin with. */
  readonly #first: number[];
  #changes: Change[] = [];
  #next: number;
  #sent = 0;
  #wake: RuntimeTimer | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(stream: MemoryStream, config: Partial<ConsumerConfig>, clock: Clock, isServing: () => boolean) {
    this.#stream = stream;
    this.#clock = clock;
    this.#isServing = isServing;
    this.config = { ...config } as ConsumerConfig;
    this.#matches = subjectMatcher(config.filter_subject ?? '>');
    const nowMs = clock.now().getTime();
    this.#first = config.deliver_policy === DeliverPolicy.LastPerSubject ? this.#lastOfEach(nowMs) : [];
    this.#next = this.#startOf(config, nowMs);
  }

  /** Delivered messages that are still to be acked. */
  get unacked(): number {
    return this.config.ack_policy === AckPolicy.None ? 0 : this.#pending.size;
  }

  /** Matching messages that were never delivered. */
  get pending(): number {
    const nowMs = this.#nowMs();
    let count = this.#first.length;
    for (let sequence = this.#next; sequence <= this.#stream.lastSequence; sequence += 1) {
      const row = this.#stream.at(sequence, nowMs);
      if (row !== undefined && this.#matches(row.subject)) count += 1;
    }
    return count;
  }

  change(config: Partial<ConsumerConfig>): void {
    Object.assign(this.config, config);
  }

  ask(asker: Asker): void {
    this.#askers.add(asker);
    this.dispatch();
  }

  forget(asker: Asker): void {
    this.#askers.delete(asker);
  }

  /** Sends available messages to the clients with open requests, in turn. */
  dispatch(): void {
    if (!this.#isServing()) return;
    for (const asker of this.#askers) {
      if (asker.room < 1) continue;
      const message = this.#take();
      if (message === undefined) break;
      asker.room -= 1;
      // A client that was served goes to the end of the queue.
      this.#askers.delete(asker);
      this.#askers.add(asker);
      asker.send(this.#deliveryOf(message, asker));
    }
    this.#arm();
  }

  /** Forgets the acks of the last moments: their messages are redelivered. */
  loseAcks(withinMs: number): void {
    const nowMs = this.#nowMs();
    for (const { atMs, sequence, before } of this.#changes.toReversed()) {
      if (nowMs - atMs > withinMs) break;
      if (before === undefined || this.#pending.has(sequence)) continue;
      this.#pending.set(sequence, { deliveries: before.deliveries, dueMs: nowMs, isFree: true });
    }
    this.dispatch();
  }

  /**
   * The server died and came back. Deliveries and acks of the last moments were not written to disk: those messages
   * come as if for the first time. All open requests are forgotten.
   */
  crash(lossMs: number): void {
    const nowMs = this.#nowMs();
    for (const { atMs, sequence, before, next, sent } of this.#changes.toReversed()) {
      if (nowMs - atMs > lossMs) break;
      if (before === undefined) this.#pending.delete(sequence);
      else this.#pending.set(sequence, before);
      this.#next = next;
      this.#sent = sent;
    }
    this.#changes = [];
    this.#askers.clear();
    for (const pending of this.#pending.values()) {
      pending.dueMs = Math.max(pending.dueMs, nowMs + firstCheckMs);
    }
    this.#arm();
  }

  /** Ends all open requests. */
  end(reason: string): void {
    this.#wake?.cancel();
    for (const asker of this.#askers) asker.end(reason);
    this.#askers.clear();
  }

  #take(): Stored | undefined {
    const nowMs = this.#nowMs();
    return this.#takeAgain(nowMs) ?? this.#takeNew(nowMs);
  }

  #takeAgain(nowMs: number): Stored | undefined {
    for (const [sequence, pending] of this.#pending) {
      if (pending.dueMs > nowMs) continue;
      const row = this.#stream.at(sequence, nowMs);
      if (row === undefined) {
        this.#pending.delete(sequence);
        continue;
      }
      this.#note(sequence, pending.deliveries + 1, nowMs);
      return row;
    }
    return undefined;
  }

  #takeNew(nowMs: number): Stored | undefined {
    const { max_ack_pending: most = -1, ack_policy: policy } = this.config;
    if (policy !== AckPolicy.None && most > 0 && this.#pending.size >= most) return undefined;
    for (let sequence = this.#first.shift(); sequence !== undefined; sequence = this.#first.shift()) {
      const row = this.#stream.at(sequence, nowMs);
      if (row !== undefined) return row;
    }
    for (; this.#next <= this.#stream.lastSequence; this.#next += 1) {
      const row = this.#stream.at(this.#next, nowMs);
      if (row === undefined || !this.#matches(row.subject)) continue;
      if (policy !== AckPolicy.None) this.#note(this.#next, 1, nowMs);
      this.#next += 1;
      return row;
    }
    return undefined;
  }

  #note(sequence: number, deliveries: number, nowMs: number): void {
    this.#remember(sequence, nowMs);
    this.#pending.set(sequence, { deliveries, dueMs: nowMs + this.#ackWaitMs, isFree: false });
  }

  #remember(sequence: number, nowMs: number): void {
    const before = this.#pending.get(sequence);
    this.#changes.push({ atMs: nowMs, sequence, before, next: this.#next, sent: this.#sent });
    if (this.#changes.length < 2 * fewestChanges) return;
    const young = this.#changes.findIndex(({ atMs }) => nowMs - atMs <= longestLossMs);
    this.#changes.splice(0, Math.min(young, this.#changes.length - fewestChanges));
  }

  #deliveryOf(row: Stored, asker: Asker): Delivery {
    this.#sent += 1;
    const { sequence } = row;
    let isAnswered = false;
    const answer = (arrive: () => void): void =>
      asker.answer(() => {
        if (this.#isServing()) arrive();
      });
    const finish = (arrive: () => void): void => {
      if (isAnswered) return;
      isAnswered = true;
      answer(arrive);
    };
    return {
      subject: row.subject,
      data: this.config.headers_only === true ? noBody : row.data,
      headers: row.headers,
      stream: this.#stream.name,
      sequence,
      deliverySequence: this.#sent,
      deliveries: this.#pending.get(sequence)?.deliveries ?? 1,
      pending: this.config.ack_policy === AckPolicy.None ? this.pending : 0,
      storedAtMs: row.storedAtMs,
      ack: () => finish(() => this.#ack(sequence)),
      nak: (delayMs = 0) => finish(() => this.#handBack(sequence, delayMs)),
      working: () => {
        if (!isAnswered) answer(() => this.#extend(sequence));
      },
    };
  }

  /** An ack of an earlier delivery counts as well as one of the last, whichever client sends it. */
  #ack(sequence: number): void {
    if (!this.#pending.has(sequence)) return;
    this.#remember(sequence, this.#nowMs());
    this.#pending.delete(sequence);
    this.dispatch();
  }

  #handBack(sequence: number, delayMs: number): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    pending.dueMs = this.#nowMs() + delayMs;
    pending.isFree = true;
    this.dispatch();
  }

  #extend(sequence: number): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined || pending.isFree) return;
    pending.dueMs = this.#nowMs() + this.#ackWaitMs;
    this.#arm();
  }

  /** Sets the timer for the next redelivery. Messages that are due already wait for a request. */
  #arm(): void {
    const nowMs = this.#nowMs();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending.values()) if (pending.dueMs > nowMs) dueMs = Math.min(dueMs, pending.dueMs);
    if (dueMs === this.#wakeMs) return;
    this.#wake?.cancel();
    this.#wakeMs = dueMs;
    if (!Number.isFinite(dueMs)) return;
    this.#wake = this.#clock.after(dueMs - nowMs, () => {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      if (this.#askers.size > 0) this.dispatch();
    });
  }

  #startOf(config: Partial<ConsumerConfig>, nowMs: number): number {
    switch (config.deliver_policy) {
      case DeliverPolicy.StartSequence:
        return config.opt_start_seq ?? 1;
      case DeliverPolicy.StartTime: {
        const fromMs = Date.parse(config.opt_start_time ?? '');
        for (const { sequence, storedAtMs } of this.#stream.all(nowMs)) if (storedAtMs >= fromMs) return sequence;
        return this.#stream.lastSequence + 1;
      }
      case DeliverPolicy.LastPerSubject:
        return this.#stream.lastSequence + 1;
      default:
        return 1;
    }
  }

  #lastOfEach(nowMs: number): number[] {
    return this.#stream
      .subjects(this.config.filter_subject ?? '>', nowMs)
      .map((subject) => this.#stream.last(subject, nowMs)?.sequence ?? 0)
      .toSorted((left, right) => left - right);
  }

  get #ackWaitMs(): number {
    return (this.config.ack_wait ?? 0) / 1e6;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
