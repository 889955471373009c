import type { Msg, MsgHdrs } from '@nats-io/transport-node';

/** One delivery of one stored message to this process. */
export interface Delivery {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  readonly stream: string;
  /** The message's sequence in its stream. */
  readonly sequence: number;
  /** Counts the deliveries to the consumer; a gap means that one was lost on the way. */
  readonly deliverySequence: number;
  /** 1 the first time. */
  readonly deliveries: number;
  /** Number of matching messages still to come after this one. */
  readonly pending: number;
  /** Server time at which it was stored. */
  readonly storedAtMs: number;
  ack(): void;
  /** Requests a redelivery, at once or after a delay. */
  nak(delayMs?: number): void;
  /** Restarts the ack wait. */
  working(): void;
}

/**
 * Reads the reply subject, `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<ns>.<pending>`; newer
 * servers put domain and account before the stream, and a random token behind.
 */
export function toDelivery(message: Msg): Delivery {
  const reply = message.reply ?? '';
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) {
    throw new TypeError(`"${reply}" is no reply subject of a JetStream delivery`);
  }
  const [stream = '', , ...numbers] = tokens.slice(tokens.length === 9 ? 2 : 4);
  const [deliveries = 0, sequence = 0, deliverySequence = 0, storedAtNs = 0, pending = 0] = numbers.map(Number);
  let answered = false;
  const finish = (answer: string): void => {
    if (answered) return;
    answered = true;
    message.respond(answer);
  };
  return {
    subject: message.subject,
    data: message.data,
    headers: message.headers,
    stream,
    sequence,
    deliverySequence,
    deliveries,
    pending,
    storedAtMs: Math.floor(storedAtNs / 1e6),
    ack: () => finish('+ACK'),
    nak: (delayMs = 0) => finish(delayMs > 0 ? `-NAK {"delay":${Math.round(delayMs * 1e6)}}` : '-NAK'),
    working: () => {
      if (!answered) message.respond('+WPI');
    },
  };
}
