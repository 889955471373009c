import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { sharedNowMs } from '../support/clock.ts';

/** One message that went through the server, with what it carried. */
export interface Tapped {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly kind: TapKind;
  /** When it was heard, on the clock that all processes share. */
  readonly atMs: number;
}

export type TapKind = 'publish' | 'kv write' | 'kv read' | 'pull' | 'ack' | 'other';

/** Hears everything that clients say to the server; what the server answers is left out. */
export function startTap(connection: NatsConnection): { readonly messages: readonly Tapped[]; stop(): void } {
  const messages: Tapped[] = [];
  const subscription = connection.subscribe('>', {
    callback: (_error: Error | null, message: Msg) => {
      const kind = kindOf(message.subject);
      // The server hands stored messages on under their own subject: only those with a reply inbox were sent by a client.
      const isSent = message.reply?.startsWith('_INBOX') === true || kind === 'ack';
      if (isSent) messages.push({ subject: message.subject, bytes: message.data.slice(), kind, atMs: sharedNowMs() });
    },
  });
  return { messages, stop: () => subscription.unsubscribe() };
}

function kindOf(subject: string): TapKind {
  if (subject.startsWith('cortex.')) return 'publish';
  if (subject.startsWith('$KV.')) return 'kv write';
  if (/^\$JS\.API\.(DIRECT\.GET|STREAM\.MSG\.GET)\.KV_/.test(subject)) return 'kv read';
  if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) return 'pull';
  if (subject.startsWith('$JS.ACK.')) return 'ack';
  return 'other';
}
