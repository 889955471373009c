import { pause } from '@cortex/runtime';
import { BusClosedError } from './errors.ts';
import { follow } from './follow.ts';
import type { Stored } from './jetstream.ts';
import type { Link } from './link.ts';
import { request } from './request.ts';

/** In a cluster the servers of two streams may have clocks this far apart. */
const clockToleranceMs = 10_000;

/** An event to look for in its stream. */
export interface EventAddress {
  readonly stream: string;
  readonly subject: string;
  readonly id: string;
}

/**
 * Whether a stream holds an event that was stored no earlier than `since`, by the server's clock. One request when it is
 * the newest of its subject or there is none since; otherwise a read of that subject from then on.
 */
export async function hasEvent(link: Link, address: EventAddress, since: Date): Promise<boolean> {
  const { stream, subject, id } = address;
  const from = new Date(since.getTime() - clockToleranceMs);
  const newest = await request(link, { what: `a look at the newest event of ${subject}` }, () =>
    link.jetstream.lastMessage(stream, subject, 'leader'),
  );
  if (newest === undefined || newest.storedAtMs < from.getTime()) return false;
  if (idOf(newest) === id) return true;
  return isAmong(link, address, from, newest.sequence);
}

async function isAmong(link: Link, address: EventAddress, from: Date, end: number): Promise<boolean> {
  const done = new AbortController();
  let isFound = false;
  const reading = await follow(link, {
    stream: address.stream,
    filter: address.subject,
    start: { time: from },
    onPosition: (pending) => {
      if (pending === 0) done.abort();
    },
    onMessage: (message) => {
      isFound ||= idOf(message) === address.id;
      if (isFound || message.sequence >= end) done.abort();
    },
  });
  await pause(link.runtime, Number.POSITIVE_INFINITY, done.signal, link.closing);
  await reading.stop();
  if (!done.signal.aborted) throw new BusClosedError(`the search for an event of ${address.subject}`);
  return isFound;
}

/** The id in the envelope of a stored event; undefined for anything else. */
function idOf({ data }: Pick<Stored, 'data'>): unknown {
  try {
    const envelope: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    return typeof envelope === 'object' && envelope !== null ? Reflect.get(envelope, 'id') : undefined;
  } catch {
    return undefined;
  }
}
