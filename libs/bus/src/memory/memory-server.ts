import { controlBucket, killSwitchKey } from '@cortex/contracts';
import type { ConsumerConfig } from '@nats-io/jetstream';
import { systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { firstKillSwitch } from '../first-kill-switch.ts';
import type { ConsumerFacts, PublishAck, PublishOptions, Stored, StreamFacts } from '../jetstream.ts';
import { wantedStreams } from '../nats/wanted-streams.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import { MemoryStream, refusal } from './memory-stream.ts';

export interface MemoryServerOptions {
  /** The clock of the server. Default: that of this machine. */
  readonly runtime?: Pick<Runtime, 'now' | 'after'>;
  /** Upper limit for the length of leases. Default: as the contracts say. */
  readonly leaseTtlMs?: number;
  /** Called with every message as it is stored. */
  readonly onStored?: (stream: string, message: Stored) => void;
}

/**
 * A JetStream server in this process, provisioned as by `cortex provision`: it behaves as `nats-server` was measured
 * to, without the network and the disk. `connectMemoryBus` gives a bus on it; one suite holds it and the real server to
 * the same behaviour (`features.ts`). It outlives the services that are connected to it, as the real one does.
 */
export class MemoryServer {
  readonly #clock: Pick<Runtime, 'now' | 'after'>;
  readonly #streams = new Map<string, MemoryStream>();
  readonly #consumers = new Map<string, MemoryConsumer>();
  readonly #onStored: MemoryServerOptions['onStored'];
  #refusesUntilMs = 0;
  #silentUntilMs = 0;

  constructor({ runtime = systemRuntime, leaseTtlMs = Number.POSITIVE_INFINITY, onStored }: MemoryServerOptions = {}) {
    this.#clock = runtime;
    this.#onStored = onStored;
    for (const wanted of wantedStreams({ replicas: 1, longestLeaseMs: leaseTtlMs })) {
      this.#streams.set(wanted.name, new MemoryStream(wanted));
    }
    const off = new TextEncoder().encode(JSON.stringify(firstKillSwitch(runtime.now())));
    this.publish(`$KV.${controlBucket.name}.${killSwitchKey}`, off, { msgID: 'provision' });
  }

  publish(subject: string, data: Uint8Array, options: Omit<PublishOptions, 'timeout'>): PublishAck {
    const stream = [...this.#streams.values()].find((one) => one.takes(subject));
    if (stream === undefined) throw refusal(503, 10_059, `no stream takes ${subject}`);
    const nowMs = this.#nowMs();
    if (nowMs < this.#refusesUntilMs) throw refusal(503, 10_023, 'insufficient resources');
    const ack = stream.append(subject, data, options, nowMs);
    if (ack.duplicate) return ack;
    const stored = stream.at(ack.seq, nowMs);
    if (stored !== undefined) this.#onStored?.(stream.name, stored);
    this.#dispatch(stream.name);
    return ack;
  }

  stream(name: string): StreamFacts {
    const stream = this.#stream(name);
    return { lastSequence: stream.lastSequence, messages: stream.count(this.#nowMs()), maxAgeMs: stream.maxAgeMs };
  }

  subjects(stream: string, filter: string): readonly string[] {
    return this.#stream(stream).subjects(filter, this.#nowMs());
  }

  last(stream: string, subject: string): Stored | undefined {
    return this.#stream(stream).last(subject, this.#nowMs());
  }

  message(stream: string, sequence: number): Stored | undefined {
    return this.#stream(stream).at(sequence, this.#nowMs());
  }

  /** Every message of a stream, for tests that inspect the server itself. */
  messages(stream: string): Iterable<Stored> {
    return this.#stream(stream).all(this.#nowMs());
  }

  purge(stream: string, filter: string, upTo?: number): void {
    this.#stream(stream).purge(filter, upTo);
  }

  consumer(stream: string, name: string): MemoryConsumer {
    this.#stream(stream);
    const consumer = this.#consumers.get(`${stream}.${name}`);
    if (consumer === undefined) throw refusal(404, 10_014, 'consumer not found');
    return consumer;
  }

  facts(stream: string, name: string): ConsumerFacts {
    const { config, pending } = this.consumer(stream, name);
    return { config, pending };
  }

  addConsumer(stream: string, config: Partial<ConsumerConfig>): ConsumerFacts {
    const name = config.durable_name ?? config.name ?? '';
    const key = `${stream}.${name}`;
    const present = this.#consumers.get(key);
    if (present === undefined) {
      this.#consumers.set(key, new MemoryConsumer(this.#stream(stream), config, this.#clock, this.isServing));
    }
    return this.facts(stream, name);
  }

  updateConsumer(stream: string, name: string, config: Partial<ConsumerConfig>): void {
    this.consumer(stream, name).change(config);
  }

  deleteConsumer(stream: string, name: string): void {
    this.consumer(stream, name).end('Consumer Deleted');
    this.#consumers.delete(`${stream}.${name}`);
  }

  /**
   * Dies and comes back at once. Stored messages stay; deliveries and acks of the last `ackLossMs` are forgotten, and
   * so are consumers in its memory. Links must be cut first.
   */
  crash(ackLossMs: number): void {
    const nowMs = this.#nowMs();
    this.#refusesUntilMs = 0;
    for (const stream of this.#streams.values()) stream.crash(nowMs);
    for (const [key, consumer] of this.#consumers) {
      if (consumer.config.mem_storage !== true) {
        consumer.crash(ackLossMs);
        continue;
      }
      consumer.end('the server died');
      this.#consumers.delete(key);
    }
  }

  /** Forgets the acks of the last `withinMs`, however long ago their messages were published. */
  loseAcks(withinMs: number): void {
    for (const consumer of this.#consumers.values()) consumer.loseAcks(withinMs);
  }

  /** For this long answers no request, delivers nothing and takes no ack: too few servers of its cluster are left. */
  loseQuorum(forMs: number): void {
    this.#silentUntilMs = this.#nowMs() + forMs;
    this.#clock.after(forMs, () => {
      for (const consumer of this.#consumers.values()) consumer.dispatch();
    });
  }

  /** Whether a message was delivered that no consumer has acked yet. */
  hasUnacked(): boolean {
    return [...this.#consumers.values()].some(({ unacked }) => unacked > 0);
  }

  /** Whether it answers at all. */
  readonly isServing = (): boolean => this.#nowMs() >= this.#silentUntilMs;

  /** Refuses every write for this long, as with a full disk: that lasts until a restart, even when there is space again. */
  refuseWrites(forMs = Number.POSITIVE_INFINITY): void {
    this.#refusesUntilMs = this.#nowMs() + forMs;
  }

  #dispatch(stream: string): void {
    const prefix = `${stream}.`;
    for (const [key, consumer] of this.#consumers) if (key.startsWith(prefix)) consumer.dispatch();
  }

  #stream(name: string): MemoryStream {
    const stream = this.#streams.get(name);
    if (stream === undefined) throw refusal(404, 10_059, 'stream not found');
    return stream;
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
