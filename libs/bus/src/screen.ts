import { findEventDefinition } from '@cortex/contracts';
import type { EventType } from '@cortex/contracts';
import { deadLetter } from './dead-letter.ts';
import type { StoredMessage } from './dead-letter.ts';
import { parseMessage } from './envelope/parse-message.ts';
import type { ParsedMessage } from './envelope/parse-message.ts';
import type { Link } from './link.ts';

type Refusal = Extract<ParsedMessage<EventType>, { readonly ok: false }>;

/** See `Bus.deadLetterIfBad`. */
export async function deadLetterIfBad(link: Link, message: StoredMessage, consumer: string): Promise<boolean> {
  const type = message.subject.split('.').slice(1, -1).join('.');
  const known = findEventDefinition(type)?.type as EventType | undefined;
  const parsed: ParsedMessage<EventType> =
    known === undefined
      ? { ok: false, reason: 'unknown_type', detail: `no event is called "${type}"` }
      : parseMessage(known, message);
  if (parsed.ok) return false;
  await refuse(link, message, consumer, known ?? 'unknown', parsed);
  return true;
}

/** Moves a bad message to the dead letters and logs it. */
export async function refuse(
  link: Link,
  message: StoredMessage,
  consumer: string,
  type: EventType | 'unknown',
  { reason, detail }: Refusal,
): Promise<void> {
  await deadLetter(link, message, { consumer, reason, detail });
  const data = { consumer, subject: message.subject, seq: message.sequence, reason, detail };
  link.logger.warn(data, 'message went to the dead letters');
  link.hooks.deadLettered?.({ consumer, type, reason });
}
