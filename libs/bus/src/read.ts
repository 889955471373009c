import { subjectFilter } from '@cortex/contracts';
import type { EventType } from '@cortex/contracts';
import { parseMessage } from './envelope/parse-message.ts';
import { NotProvisionedError } from './errors.ts';
import { follow } from './follow.ts';
import type { Link } from './link.ts';
import type { Consumption, Reading } from './ports.ts';
import type { StreamFacts } from './jetstream.ts';
import { isStreamMissing, request } from './request.ts';
import { refuse } from './screen.ts';

/** The sequence of the newest message of a stream. */
export async function lastSequenceOf(link: Link, stream: string): Promise<number> {
  return (await streamFacts(link, stream)).lastSequence;
}

export async function streamFacts(link: Link, stream: string): Promise<StreamFacts> {
  return request(link, { what: `a look at the stream ${stream}` }, async () => {
    try {
      return await link.jetstream.stream(stream);
    } catch (error) {
      if (isStreamMissing(error)) throw new NotProvisionedError(`the stream ${stream}`);
      throw error;
    }
  });
}

/** See `Bus.read`. */
export async function startReading<Type extends EventType>(link: Link, reading: Reading<Type>): Promise<Consumption> {
  const { event, from, deadLetterAs, handle, onCaughtUp } = reading;
  const present = await lastSequenceOf(link, event.stream);
  let caughtUp = false;
  const reached = (): void => {
    if (caughtUp) return;
    caughtUp = true;
    onCaughtUp?.();
  };
  return follow(link, {
    stream: event.stream,
    filter: subjectFilter(event.type, reading),
    start: startOf(from, present),
    onPosition: (pending) => {
      if (pending === 0) reached();
    },
    async onMessage(message) {
      const parsed = parseMessage(event.type, message);
      if (parsed.ok) await handle(parsed.event, { sequence: message.sequence });
      else if (deadLetterAs !== undefined) await refuse(link, message, deadLetterAs, event.type, parsed);
      else link.logger.debug({ seq: message.sequence, reason: parsed.reason }, 'a reader skipped a bad message');
      if (message.pending === 0 || message.sequence >= present) reached();
    },
  });
}

function startOf(from: Reading<EventType>['from'], present: number): { sequence: number } | { time: Date } {
  if (from instanceof Date) return { time: from };
  // A stream that ends before the reader's position was recreated: everything in it is new.
  if (typeof from === 'object') return { sequence: from.afterSequence > present ? 1 : from.afterSequence + 1 };
  return { sequence: from === 'all' ? 1 : present + 1 };
}
