import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import type { ConsumerConfig } from '@nats-io/jetstream';
import { backOffMs, pause, randomUuid } from '@cortex/runtime';
import type { Delivery } from './delivery.ts';
import { NotProvisionedError } from './errors.ts';
import type { Link } from './link.ts';
import type { Consumption } from './ports.ts';
import type { Pull } from './jetstream.ts';
import { isStreamMissing, request } from './request.ts';

const window = 64;
const maxWaitingBytes = 16 * 1024 * 1024;
/** A reader with a backlog yields to other work this often: pings, timers, requests. */
const longestTurnMs = 10;

export interface FollowOptions {
  readonly stream: string;
  readonly filter: string;
  readonly start: { readonly sequence: number } | { readonly time: Date };
  /**
   * Called for one message at a time, in order. When it fails the message comes again, after a growing delay: none is
   * skipped.
   */
  readonly onMessage: (message: Delivery) => void | Promise<void>;
  /** Called with the number of messages still to come, when a reader was set up. */
  readonly onPosition?: (pending: number) => void;
}

/** Reads a stream in order until stopped, and continues from the last handled message after any interruption. */
export async function follow(link: Link, options: FollowOptions): Promise<Consumption> {
  const follower = new Follower(link, options);
  await follower.begin();
  return follower;
}

class Follower implements Consumption {
  readonly #link: Link;
  readonly #options: FollowOptions;
  readonly #stopping = new AbortController();
  #lastSequence: number | undefined;
  #failures = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(link: Link, options: FollowOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Resolves when the first reader is set up; continues by itself from there. */
  async begin(): Promise<void> {
    const first = await this.#setUp();
    this.#loop = this.#run(first);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  get #ended(): boolean {
    return this.#stopping.signal.aborted || this.#link.closing.aborted;
  }

  async #run(first: string): Promise<void> {
    const { runtime } = this.#link;
    let consumer: string | undefined = first;
    while (!this.#ended) {
      try {
        consumer ??= await this.#setUp();
        await this.#read(consumer);
      } catch (error) {
        if (this.#ended) break;
        this.#failures += 1;
        const data = { filter: this.#options.filter, failures: this.#failures, error: String(error) };
        this.#link.logger.warn(data, 'reading was interrupted; it goes on');
        await pause(runtime, backOffMs(runtime, this.#failures, 100, 10_000), this.#stopping.signal);
      }
      if (consumer) this.#remove(consumer);
      consumer = undefined;
    }
  }

  #setUp(): Promise<string> {
    const { stream, filter, onPosition } = this.#options;
    const { signal } = this.#stopping;
    return request(this.#link, { what: `the reading of ${filter}`, signal }, async () => {
      const name = `reader-${randomUuid(this.#link.runtime)}`;
      try {
        const info = await this.#link.jetstream.addConsumer(stream, {
          name,
          filter_subject: filter,
          ack_policy: AckPolicy.None,
          replay_policy: ReplayPolicy.Instant,
          mem_storage: true,
          num_replicas: 1,
          inactive_threshold: 60_000 * 1e6,
          ...this.#position(),
        });
        onPosition?.(info.pending);
        return name;
      } catch (error) {
        if (isStreamMissing(error)) throw new NotProvisionedError(`the stream ${stream}`);
        throw error;
      }
    });
  }

  #position(): Partial<ConsumerConfig> {
    const { start } = this.#options;
    if (this.#lastSequence !== undefined) {
      return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.#lastSequence + 1 };
    }
    if ('time' in start) return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.time.toISOString() };
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, start.sequence) };
  }

  /** Resolves when this reader must be replaced; rejects when a handler failed. */
  async #read(consumer: string): Promise<void> {
    const waiting: Delivery[] = [];
    let bytes = 0;
    let delivered = 0;
    let over = false;
    let wakeReader = (): void => {};
    const finish = (): void => {
      over = true;
      wakeReader();
    };
    const { signal } = this.#stopping;
    signal.addEventListener('abort', finish, { once: true });
    this.#link.closing.addEventListener('abort', finish, { once: true });
    const pull: Pull = this.#link.jetstream.pull({
      stream: this.#options.stream,
      consumer,
      credit: () => (over || bytes > maxWaitingBytes ? 0 : window - waiting.length),
      onMessage: (message) => {
        if (over) return;
        delivered += 1;
        // A gap means that a message was sent to a lost connection: restart behind the last one handled.
        if (message.deliverySequence !== delivered) {
          finish();
          return;
        }
        waiting.push(message);
        bytes += message.data.length;
        wakeReader();
      },
      onEnd: finish,
    });
    const { runtime } = this.#link;
    let turnBeganMs = runtime.monotonicMs();
    try {
      for (;;) {
        const message = waiting.shift();
        if (message) {
          if (runtime.monotonicMs() - turnBeganMs > longestTurnMs) {
            await runtime.nextTurn();
            turnBeganMs = runtime.monotonicMs();
          }
          if (this.#ended) return;
          await this.#options.onMessage(message);
          this.#failures = 0;
          this.#lastSequence = message.sequence;
          bytes -= message.data.length;
          pull.wake();
        } else if (over) {
          return;
        } else {
          await new Promise<void>((resolve) => (wakeReader = resolve));
        }
      }
    } finally {
      pull.stop();
      signal.removeEventListener('abort', finish);
      this.#link.closing.removeEventListener('abort', finish);
    }
  }

  #remove(consumer: string): void {
    if (!this.#link.isConnected()) return;
    void this.#link.jetstream.deleteConsumer(this.#options.stream, consumer).catch(() => false);
  }
}
