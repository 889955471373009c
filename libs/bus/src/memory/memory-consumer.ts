import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import type { ConsumerConfig } from '@nats-io/jetstream';
import type { Runtime, RuntimeTimer } from '@cortex/runtime';
import type { Delivery } from '../delivery.ts';
import type { Stored } from '../jetstream.ts';
import type { MemoryStream } from './memory-stream.ts';
import { subjectMatcher } from './subject-matcher.ts';

/** Somebody who asked for messages and has room for some. */
export interface Asker {
  /** How many more may be sent. */
  room: number;
  send(delivery: Delivery): void;
  /** Carries an answer back to the server. */
  answer(arrive: () => void): void;
}

interface Pending {
  deliveries: number;
  /** When it is delivered again, unless it is answered for. */
  dueMs: number;
  /** Handed back: it may be delivered again from `dueMs` on, and nobody holds it. */
  isFree: boolean;
}

type Clock = Pick<Runtime, 'now' | 'after'>;

const noBody = new Uint8Array();

/** One consumer of the server in memory, durable or not: what was sent to whom, what was acked, and what comes again. */
export class MemoryConsumer {
  readonly config: ConsumerConfig;
  readonly #stream: MemoryStream;
  readonly #clock: Clock;
  readonly #matches: (subject: string) => boolean;
  readonly #pending = new Map<number, Pending>();
  readonly #askers = new Set<Asker>();
  /** Of `last_per_subject`: the messages to begin with. */
  readonly #first: number[];
  /** Acks that a crash of the server can still undo. */
  #acked: { readonly sequence: number; readonly deliveries: number; readonly atMs: number }[] = [];
  #next: number;
  #sent = 0;
  #wake: RuntimeTimer | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(stream: MemoryStream, config: Partial<ConsumerConfig>, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.config = { ...config } as ConsumerConfig;
    this.#matches = subjectMatcher(config.filter_subject ?? '>');
    const nowMs = clock.now().getTime();
    this.#first = config.deliver_policy === DeliverPolicy.LastPerSubject ? this.#lastOfEach(nowMs) : [];
    this.#next = this.#startOf(config, nowMs);
  }

  /** Messages that match and were never delivered. */
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

  /** Sends what there is to those who asked, each in turn. */
  dispatch(): void {
    for (const asker of this.#askers) {
      if (asker.room < 1) continue;
      const message = this.#take();
      if (message === undefined) break;
      asker.room -= 1;
      // Whoever got something stands behind the others.
      this.#askers.delete(asker);
      this.#askers.add(asker);
      asker.send(this.#deliveryOf(message, asker));
    }
    this.#arm();
  }

  /** Acks of the last moments are gone: what they were for is delivered again. */
  loseAcks(withinMs: number): void {
    const nowMs = this.#nowMs();
    for (const { sequence, deliveries, atMs } of this.#acked) {
      if (nowMs - atMs <= withinMs) this.#pending.set(sequence, { deliveries, dueMs: nowMs, isFree: true });
    }
    this.#acked = [];
    this.dispatch();
  }

  /** The server died and came back: acks of the last moments are gone, and so are those who asked. */
  crash(ackLossMs: number): void {
    const nowMs = this.#nowMs();
    this.#askers.clear();
    this.loseAcks(ackLossMs);
    const { ack_wait: ackWaitNs = 0 } = this.config;
    for (const pending of this.#pending.values()) if (!pending.isFree) pending.dueMs = nowMs + ackWaitNs / 1e6;
    this.#arm();
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
    while (this.#next <= this.#stream.lastSequence) {
      const sequence = this.#next;
      this.#next += 1;
      const row = this.#stream.at(sequence, nowMs);
      if (row === undefined || !this.#matches(row.subject)) continue;
      if (policy !== AckPolicy.None) this.#note(sequence, 1, nowMs);
      return row;
    }
    return undefined;
  }

  #note(sequence: number, deliveries: number, nowMs: number): void {
    const { ack_wait: ackWaitNs = 0 } = this.config;
    this.#pending.set(sequence, { deliveries, dueMs: nowMs + ackWaitNs / 1e6, isFree: false });
  }

  #deliveryOf(row: Stored, asker: Asker): Delivery {
    this.#sent += 1;
    const { sequence } = row;
    let isAnswered = false;
    const finish = (arrive: () => void): void => {
      if (isAnswered) return;
      isAnswered = true;
      asker.answer(arrive);
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
        if (!isAnswered) asker.answer(() => this.#extend(sequence));
      },
    };
  }

  /** Whoever sends it: an ack of an earlier delivery counts as well as one of the last. */
  #ack(sequence: number): void {
    const pending = this.#pending.get(sequence);
    if (pending === undefined) return;
    this.#pending.delete(sequence);
    this.#acked.push({ sequence, deliveries: pending.deliveries, atMs: this.#nowMs() });
    if (this.#acked.length > 64) this.#acked.splice(0, 32);
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
    const { ack_wait: ackWaitNs = 0 } = this.config;
    pending.dueMs = this.#nowMs() + ackWaitNs / 1e6;
    this.#arm();
  }

  /** Wakes up when the next message comes again. */
  #arm(): void {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending.values()) dueMs = Math.min(dueMs, pending.dueMs);
    if (dueMs === this.#wakeMs) return;
    this.#wake?.cancel();
    this.#wakeMs = dueMs;
    if (!Number.isFinite(dueMs)) return;
    this.#wake = this.#clock.after(Math.max(0, dueMs - this.#nowMs()), () => {
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

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
