import { escapeToken } from '@cortex/contracts';
import { headers } from '@nats-io/transport-node';
import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { Delivery } from './delivery.ts';
import type { Link } from './link.ts';
import { request } from './request.ts';

/** Space for the headers beside the body within the largest payload. */
const headerBytes = 4_096;

/** A message in its stream. */
export type StoredMessage = Pick<Delivery, 'stream' | 'sequence' | 'subject' | 'data'>;

export interface DeadLetter {
  readonly consumer: string;
  readonly reason: DeadLetterReason;
  readonly detail: string;
}

/** Header values are one printable line. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1_000);
}

/**
 * Stores the original bytes with the reason. A bad message is bad for every consumer, so all of them share one dead
 * letter; a message whose handler failed concerns its consumer alone.
 */
export async function deadLetter(link: Link, message: StoredMessage, letter: DeadLetter): Promise<void> {
  const { stream, sequence } = message;
  const own = letter.reason === 'handler_failed' ? `:${letter.consumer}` : '';
  const head = headers();
  head.set('Cortex-Reason', letter.reason);
  head.set('Cortex-Detail', oneLine(letter.detail));
  head.set('Cortex-Subject', oneLine(message.subject));
  head.set('Cortex-Stream', stream);
  head.set('Cortex-Sequence', String(sequence));
  head.set('Cortex-Consumer', letter.consumer);
  head.set('Cortex-At', link.runtime.now().toISOString());
  const room = link.maxPayloadBytes() - headerBytes;
  const cut = message.data.length > room;
  if (cut) head.set('Cortex-Truncated-From', String(message.data.length));
  const body = cut ? message.data.subarray(0, room) : message.data;
  await request(link, { what: `the dead letter of ${stream}:${sequence}` }, () =>
    link.jetstream.publish(`cortex.dlq.${escapeToken(letter.consumer)}`, body, {
      msgID: `dlq:${stream}:${sequence}${own}`,
      headers: head,
      timeout: 5_000,
    }),
  );
}
