import type { ConsumerConfig } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Delivery } from './delivery.ts';

/**
 * The JetStream operations that the bus needs, of the NATS client or of a server in memory. Rejects as the client does:
 * `JetStreamApiError` for a refusal, `TimeoutError` for no answer, after which the outcome is unknown.
 */
export interface JetStream {
  publish(subject: string, data: Uint8Array, options: PublishOptions): Promise<PublishAck>;
  stream(name: string): Promise<StreamFacts>;
  /** Subjects of a stream that have a message at this time. */
  subjects(stream: string, filter: string): Promise<readonly string[]>;
  /** The newest message of a subject. A replica may answer with a stale one, the leader never does. */
  lastMessage(stream: string, subject: string, from: 'leader' | 'replica'): Promise<Stored | undefined>;
  message(stream: string, sequence: number): Promise<Stored | undefined>;
  /** Removes every message that matches, up to this sequence if given. */
  purge(stream: string, filter: string, upTo?: number): Promise<void>;
  consumer(stream: string, name: string): Promise<ConsumerFacts>;
  addConsumer(stream: string, config: Partial<ConsumerConfig>): Promise<ConsumerFacts>;
  updateConsumer(stream: string, name: string, config: Partial<ConsumerConfig>): Promise<void>;
  deleteConsumer(stream: string, name: string): Promise<void>;
  /** Takes messages from a consumer until it is stopped or ends. */
  pull(options: PullOptions): Pull;
}

export interface PublishOptions {
  /** A second message of this id within the duplicate window is dropped, and acked like the first. */
  readonly msgID: string;
  readonly timeout: number;
  readonly headers?: MsgHdrs;
  readonly expect?: {
    readonly streamName?: string;
    readonly lastSequence?: number;
    readonly lastSubjectSequence?: number;
    readonly lastMsgID?: string;
  };
}

export interface PublishAck {
  readonly seq: number;
  readonly duplicate: boolean;
}

/** A message as it is stored in its stream. */
export type Stored = Pick<Delivery, 'subject' | 'data' | 'headers' | 'sequence' | 'storedAtMs'>;

export interface StreamFacts {
  readonly lastSequence: number;
  readonly messages: number;
  /** 0 for messages that do not expire. */
  readonly maxAgeMs: number;
}

export interface ConsumerFacts {
  readonly config: ConsumerConfig;
  /** Matching messages that are still to come. */
  readonly pending: number;
}

export interface PullOptions {
  readonly stream: string;
  readonly consumer: string;
  /** How many more messages may be delivered at this time. */
  readonly credit: () => number;
  readonly onMessage: (message: Delivery) => void;
  /** The consumer is gone or unreachable; the pull has stopped itself. */
  readonly onEnd: (reason: string) => void;
}

/** A running pull. `wake` must be called when there is credit again. */
export interface Pull {
  wake(): void;
  stop(): void;
}
