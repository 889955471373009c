import type { StreamName } from '@cortex/contracts';
import type { Delivery } from './delivery.ts';
import { follow } from './follow.ts';
import type { Link } from './link.ts';
import type { Consumption } from './ports.ts';
import type { RawMessage, RawReading } from './raw-ports.ts';
import { lastSequenceOf } from './read.ts';

/** See `Bus.readRaw`. */
export async function startRawReading(link: Link, reading: RawReading): Promise<Consumption> {
  const { stream, filter = '>', fromSequence, handle, onCaughtUp } = reading;
  const present = await lastSequenceOf(link, stream);
  let caughtUp = false;
  const reached = (): void => {
    if (caughtUp) return;
    caughtUp = true;
    onCaughtUp?.();
  };
  return follow(link, {
    stream,
    filter,
    // A stream that ends before the reader's position was recreated: everything in it is new.
    start: { sequence: fromSequence > present + 1 ? 1 : fromSequence },
    onPosition: (pending) => {
      if (pending === 0) reached();
    },
    async onMessage(message) {
      await handle(rawMessage(stream, message));
      if (message.pending === 0 || message.sequence >= present) reached();
    },
  });
}

function rawMessage(stream: StreamName, message: Delivery): RawMessage {
  return {
    stream,
    sequence: message.sequence,
    subject: message.subject,
    at: new Date(message.storedAtMs),
    data: message.data,
    header(name) {
      const value = message.headers?.get(name);
      return value === undefined || value === '' ? undefined : value;
    },
  };
}
