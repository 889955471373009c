import { duplicateWindowMs, streams } from '@cortex/contracts';
import type { AnyDraft, CortexEvent, EventType } from '@cortex/contracts';
import type { BuiltEvent, EventOrigin } from './envelope/build-event.ts';
import { buildEvent, buildEvents } from './envelope/build-event.ts';
import { hasEvent } from './find-event.ts';
import type { EventAddress } from './find-event.ts';
import type { Link } from './link.ts';
import type { Cause } from './ports.ts';
import { request } from './request.ts';

const ackTimeoutMs = 5_000;

/**
 * Publishes one built event under its id until the stream has acked it. A try whose answer was lost may have been stored,
 * and after a long outage the server does not know its id any more. `since`: when anybody may have tried first.
 */
async function send(link: Link, built: BuiltEvent, since: Date = link.runtime.now()): Promise<CortexEvent> {
  const startedMs = link.runtime.monotonicMs();
  const type: EventType = built.event.type;
  let attempts = 0;
  const ack = await request(link, { what: `the publish of ${type}` }, async (attempt) => {
    attempts = attempt;
    if (attempt > 1 && mayBeForgotten(link, since.getTime()) && (await hasEvent(link, addressOf(built), since))) {
      return { duplicate: true };
    }
    return link.jetstream.publish(built.subject, built.bytes, {
      msgID: built.event.id,
      timeout: ackTimeoutMs,
      expect: { streamName: built.stream },
    });
  });
  link.hooks.published?.({
    type,
    durationMs: link.runtime.monotonicMs() - startedMs,
    attempts,
    duplicate: ack.duplicate,
  });
  return built.event;
}

/**
 * Sends it unless its stream has it already: the server drops the second of two that are close together, an older one is
 * looked for. An event of which every trace would have expired counts as stored: nobody acts on it any more, and published
 * again it would look new.
 */
async function sendUnlessStored(link: Link, built: BuiltEvent, since: Date): Promise<CortexEvent> {
  if (!mayBeForgotten(link, since.getTime())) return send(link, built, since);
  const { maxAgeMs } = streams[built.stream];
  const isForgotten = maxAgeMs > 0 && link.runtime.now().getTime() - since.getTime() >= maxAgeMs;
  return isForgotten || (await hasEvent(link, addressOf(built), since)) ? built.event : send(link, built, since);
}

function addressOf({ stream, subject, event }: BuiltEvent): EventAddress {
  return { stream, subject, id: event.id };
}

/** Publishes a draft; `id` replaces the derived or fresh one. */
export function publishDraft(link: Link, draft: AnyDraft, cause?: Cause, id?: string): Promise<CortexEvent> {
  return send(link, buildEvent(draft, { ...originOf(link), cause, id }));
}

/** See `Bus.publishUnlessStored`. */
export function publishUnlessStored(
  link: Link,
  draft: AnyDraft,
  source: Cause | { readonly eventId: string },
  since: Date,
): Promise<CortexEvent> {
  const identity = 'eventId' in source ? { id: source.eventId } : { cause: source };
  return sendUnlessStored(link, buildEvent(draft, { ...originOf(link), ...identity }), since);
}

/**
 * Whether the server may have forgotten an id that was first used at this time: not yet after two minutes, and clocks
 * may differ.
 */
function mayBeForgotten({ runtime }: Pick<Link, 'runtime'>, usedAtMs: number): boolean {
  return runtime.now().getTime() - usedAtMs > duplicateWindowMs / 2;
}

/** Publishes all in order, or none when one of them is bad. With `since` as `Bus.publishUnlessStored` does. */
export async function publishDrafts(
  link: Link,
  drafts: readonly AnyDraft[],
  cause?: Cause,
  since?: Date,
): Promise<readonly CortexEvent[]> {
  const events: CortexEvent[] = [];
  for (const built of buildEvents(drafts, { ...originOf(link), cause })) {
    events.push(since === undefined ? await send(link, built) : await sendUnlessStored(link, built, since));
  }
  return events;
}

function originOf({ source, runtime }: Link): Pick<EventOrigin, 'source' | 'nowMs' | 'randomBytes'> {
  return { source, nowMs: runtime.now().getTime(), randomBytes: runtime.randomBytes };
}
