import { CortexError } from '@cortex/errors';
import type { RuntimeTimer } from '@cortex/runtime';
import type { Delivery } from './delivery.ts';
import type { Link } from './link.ts';

/** A message that this process holds and has not acked or handed back yet. */
export interface Held {
  /** The newest delivery of it: the one to ack. */
  message: Delivery;
  readonly controller: AbortController;
  started: boolean;
  /** Acked or handed back, and counted. */
  settled: boolean;
  /**
   * The heartbeat failed for so long that another consumer may hold it. It must not be acked: the server would accept
   * that.
   */
  lost: boolean;
  lastBeatMs: number;
}

/**
 * Keeps the messages of one consumer from being redelivered while they wait and run, and marks those for which that
 * failed.
 */
export class HeldMessages {
  readonly #link: Link;
  readonly #ackWaitMs: number;
  readonly #held = new Map<number, Held>();
  /** Runs only while messages are held. */
  #beat: RuntimeTimer | undefined;
  #bytes = 0;

  constructor(link: Link, ackWaitMs: number) {
    this.#link = link;
    this.#ackWaitMs = ackWaitMs;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Bytes of all bodies held. */
  get bytes(): number {
    return this.#bytes;
  }

  all(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** Registers a delivery. Undefined when it repeats a message that is already held here. */
  take(message: Delivery): Held | undefined {
    const present = this.#held.get(message.sequence);
    if (present && !present.lost) {
      present.message = message;
      present.lastBeatMs = this.#link.runtime.monotonicMs();
      return undefined;
    }
    const held: Held = {
      message,
      controller: new AbortController(),
      started: false,
      settled: false,
      lost: false,
      lastBeatMs: this.#link.runtime.monotonicMs(),
    };
    this.#held.set(message.sequence, held);
    this.#beat ??= this.#link.runtime.every(Math.max(10, this.#ackWaitMs / 3), () => this.#heartbeat());
    this.#bytes += message.data.length;
    return held;
  }

  drop(held: Held): void {
    this.#bytes -= held.message.data.length;
    if (this.#held.get(held.message.sequence) === held) this.#held.delete(held.message.sequence);
    if (this.#held.size === 0) this.stop();
  }

  /** Acks or hands back, unless another consumer may hold the message by now. A lost ack only means a redelivery. */
  answer(held: Held, answer: (message: Delivery) => void): void {
    if (this.#isStale(held) || this.#link.isClosed()) return;
    answer(held.message);
  }

  stop(): void {
    this.#beat?.cancel();
    this.#beat = undefined;
  }

  #isStale(held: Held): boolean {
    if (!held.lost && this.#link.runtime.monotonicMs() - held.lastBeatMs > this.#ackWaitMs) {
      held.lost = true;
      held.controller.abort(new CortexError('CORTEX_BUS_HANDED_OVER', 'the message may have gone to another consumer'));
    }
    return held.lost;
  }

  #heartbeat(): void {
    for (const held of this.#held.values()) {
      if (this.#isStale(held) || !this.#link.isConnected()) continue;
      held.message.working();
      held.lastBeatMs = this.#link.runtime.monotonicMs();
    }
  }
}
