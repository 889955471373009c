import type { CortexEvent, EventType } from '@cortex/contracts';
import { CortexError, messageOf } from '@cortex/errors';
import { Semaphore, backOffMs, pause } from '@cortex/runtime';
import type { KeyedQueue } from '@cortex/runtime';
import { deadLetter } from './dead-letter.ts';
import type { Delivery } from './delivery.ts';
import type { DurableConsumer } from './durable-consumer.ts';
import { durableConsumer, ensureConsumer } from './durable-consumer.ts';
import { parseMessage } from './envelope/parse-message.ts';
import type { Held } from './held-messages.ts';
import { HeldMessages } from './held-messages.ts';
import type { HandlingOutcome } from './hooks.ts';
import type { Pull } from './jetstream.ts';
import { derivedId } from './ids.ts';
import type { Link } from './link.ts';
import type { HandlerContext, RetryLater, Subscription } from './ports.ts';
import { publishDrafts, publishUnlessStored } from './publish.ts';

const firstRetryMs = 200;
const maxRetryMs = 30_000;
/** Bytes of the bodies held at once, beside the one request under way. */
const maxHeldBytes = 32 * 1024 * 1024;
/** Number of sequences whose failures are remembered. A replica that never sees a message again must not keep it forever. */
const maxRemembered = 10_000;

/** A running durable consumer. */
export class RunningConsumption<Type extends EventType> {
  readonly #link: Link;
  readonly #subscription: Subscription<Type>;
  readonly #durable: DurableConsumer;
  readonly #queue: KeyedQueue;
  readonly #slots: Semaphore;
  readonly #held: HeldMessages;
  /** Failed tries by sequence, in this process: redeliveries after a crash or a requested delay are no failures. */
  readonly #failures = new Map<number, number>();
  readonly #stopping = new AbortController();
  readonly #window: number;
  #pull: Pull | undefined;
  #forgotten: Promise<void> = Promise.resolve();
  #idle: (() => void) | undefined;

  private constructor(link: Link, subscription: Subscription<Type>, queue: KeyedQueue) {
    const concurrency = subscription.concurrency ?? 16;
    const ackWaitMs = subscription.ackWaitMs ?? 5_000;
    this.#link = link;
    this.#subscription = subscription;
    this.#queue = queue;
    this.#durable = durableConsumer(subscription.consumer, subscription.event, {
      ackWaitMs,
      service: subscription.service,
    });
    this.#slots = new Semaphore(concurrency);
    this.#held = new HeldMessages(link, ackWaitMs);
    // Messages wait behind others of their key, so more are held than run: one busy key must not block the other keys.
    this.#window = Math.min(256, concurrency * 4);
  }

  static async start<Type extends EventType>(
    link: Link,
    subscription: Subscription<Type>,
    queue: KeyedQueue,
  ): Promise<RunningConsumption<Type>> {
    const running = new RunningConsumption(link, subscription, queue);
    try {
      await ensureConsumer(link, running.#durable, link.closing);
    } catch (error) {
      running.#held.stop();
      throw error;
    }
    running.#startPull();
    return running;
  }

  /** Takes no more messages, hands back those not started, aborts running handlers' signals, and waits for them. */
  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      this.#pull?.stop();
      this.#forgotten = this.#forgetRequest();
      await this.#forgotten;
      for (const held of this.#held.all()) {
        if (held.started) held.controller.abort(new CortexError('CORTEX_BUS_CLOSED', 'this process is draining'));
        else this.#handBack(held);
      }
    }
    if (this.#held.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#held.stop();
  }

  /** Hands back even running messages: this process is about to end. */
  abandon(): void {
    for (const held of this.#held.all()) this.#handBack(held);
    this.#held.stop();
  }

  /**
   * nats-server 2.9 delivers a handed-back message to a request whose client is gone, and then keeps it until the ack
   * wait is over. Asking for the state of the consumer makes it drop such requests first.
   */
  async #forgetRequest(): Promise<void> {
    if (!this.#link.isConnected()) return;
    const { stream, name } = this.#durable;
    const asked = this.#link.jetstream.consumer(stream, name).then(
      () => true,
      () => false,
    );
    await Promise.race([asked, pause(this.#link.runtime, 1_000)]);
  }

  #startPull(): void {
    if (this.#stopping.signal.aborted) return;
    this.#pull = this.#link.jetstream.pull({
      stream: this.#durable.stream,
      consumer: this.#durable.name,
      credit: () => (this.#held.bytes > maxHeldBytes ? 0 : this.#window - this.#held.size),
      onMessage: (message) => this.#receive(message),
      onEnd: (reason) => void this.#restart(reason),
    });
  }

  async #restart(reason: string): Promise<void> {
    const { signal } = this.#stopping;
    const { runtime } = this.#link;
    for (let attempt = 1; !signal.aborted && !this.#link.closing.aborted; attempt += 1) {
      this.#link.logger.debug({ consumer: this.#durable.name, reason }, 'consumer is set up again');
      try {
        await ensureConsumer(this.#link, this.#durable, signal);
        this.#startPull();
        return;
      } catch (error) {
        if (signal.aborted || this.#link.closing.aborted) return;
        this.#link.logger.error({ consumer: this.#durable.name, error: String(error) }, 'consumer cannot be set up');
        await pause(runtime, backOffMs(runtime, attempt, 500, 10_000), signal);
      }
    }
  }

  #receive(message: Delivery): void {
    const held = this.#held.take(message);
    if (!held) return;
    this.#process(held)
      .catch((error: unknown) => {
        // Only the ack or nak itself can fail here, and then the message is redelivered.
        this.#link.logger.debug({ consumer: this.#durable.name, error: String(error) }, 'a delivery was not answered');
      })
      .finally(() => {
        this.#held.drop(held);
        if (this.#held.size === 0) this.#idle?.();
        this.#pull?.wake();
      });
  }

  async #process(held: Held): Promise<void> {
    const { event: definition, key } = this.#subscription;
    const parsed = parseMessage(definition.type, held.message);
    if (!parsed.ok) {
      held.started = true;
      await this.#deadLetter(held, parsed.reason, parsed.detail, 0);
      return;
    }
    const { event } = parsed;
    let keyed: string;
    try {
      keyed = key ? key(event) : (event.incidentid ?? event.subject);
    } catch (error) {
      held.started = true;
      await this.#failed(held, error, 0);
      return;
    }
    await this.#queue.run(keyed, () => this.#slots.run(() => this.#handle(held, event)));
  }

  async #handle(held: Held, event: CortexEvent<Type>): Promise<void> {
    if (held.settled) return;
    if (held.lost || this.#stopping.signal.aborted) {
      await this.#forgotten;
      this.#handBack(held);
      return;
    }
    held.started = true;
    const startedMs = this.#link.runtime.monotonicMs();
    try {
      const drafts = await this.#subscription.handle(event, this.#context(held, event));
      await publishDrafts(this.#link, drafts, event, firstHandledAt(held.message));
    } catch (error) {
      await this.#failed(held, error, this.#link.runtime.monotonicMs() - startedMs);
      return;
    }
    this.#held.answer(held, (message) => message.ack());
    this.#settle(held, held.lost ? 'lost' : 'handled', this.#link.runtime.monotonicMs() - startedMs);
  }

  #context(held: Held, event: CortexEvent<Type>): HandlerContext {
    return {
      signal: held.controller.signal,
      deliveries: held.message.deliveries,
      sequence: held.message.sequence,
      publish: (draft) => publishUnlessStored(this.#link, draft, event, firstHandledAt(held.message)),
      deriveId: (...parts) => derivedId(event, 'id', this.#subscription.consumer, ...parts),
    };
  }

  async #failed(held: Held, error: unknown, durationMs: number): Promise<void> {
    const { sequence: seq } = held.message;
    if (held.lost) {
      this.#settle(held, 'lost', durationMs);
    } else if (isRetryLater(error)) {
      this.#held.answer(held, (message) => message.nak(Math.max(1, error.retryAfterMs)));
      this.#settle(held, 'retry_later', durationMs);
    } else if (held.controller.signal.aborted) {
      this.#held.answer(held, (message) => message.nak());
      this.#settle(held, 'handed_back', durationMs);
    } else {
      const failures = (this.#failures.get(seq) ?? 0) + 1;
      this.#failures.delete(seq);
      this.#failures.set(seq, failures);
      const [oldest] = this.#failures.keys();
      if (this.#failures.size > maxRemembered && oldest !== undefined) this.#failures.delete(oldest);
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#link.logger.warn({ consumer: this.#durable.name, seq, failures, error: detail }, 'event handler failed');
      if (failures >= (this.#subscription.maxDeliveries ?? 8)) {
        const message = messageOf(error);
        await this.#deadLetter(held, 'handler_failed', message, durationMs);
        return;
      }
      this.#held.answer(held, (message) =>
        message.nak(backOffMs(this.#link.runtime, failures, firstRetryMs, maxRetryMs)),
      );
      this.#settle(held, 'failed', durationMs);
    }
  }

  async #deadLetter(
    held: Held,
    reason: Parameters<typeof deadLetter>[2]['reason'],
    detail: string,
    durationMs: number,
  ): Promise<void> {
    const { consumer, event } = this.#subscription;
    await deadLetter(this.#link, held.message, { consumer, reason, detail });
    this.#held.answer(held, (message) => message.ack());
    this.#link.logger.warn(
      { consumer: this.#durable.name, seq: held.message.sequence, reason, detail },
      'message went to the dead letters',
    );
    this.#link.hooks.deadLettered?.({ consumer, type: event.type, reason });
    this.#settle(held, 'dead_lettered', durationMs);
  }

  #handBack(held: Held): void {
    this.#held.answer(held, (message) => message.nak());
    this.#settle(held, held.lost ? 'lost' : 'handed_back', 0);
  }

  #settle(held: Held, outcome: HandlingOutcome, durationMs: number): void {
    if (held.settled) return;
    held.settled = true;
    if (outcome === 'handled' || outcome === 'dead_lettered') this.#failures.delete(held.message.sequence);
    const { consumer, event } = this.#subscription;
    const deliveries = held.message.deliveries;
    this.#link.hooks.consumed?.({ consumer, type: event.type, outcome, durationMs, deliveries });
  }
}

/**
 * Since when consequences of a message may be stored: it was perhaps handled before, by a process that died before its
 * ack, or whose ack the server lost in a crash.
 */
function firstHandledAt({ storedAtMs }: Delivery): Date {
  return new Date(storedAtMs);
}

function isRetryLater(error: unknown): error is RetryLater {
  return (
    typeof error === 'object' &&
    error !== null &&
    'retryAfterMs' in error &&
    typeof error.retryAfterMs === 'number' &&
    Number.isFinite(error.retryAfterMs)
  );
}
