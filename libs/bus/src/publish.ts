import { streams } from '@cortex/contracts';
import type { AnyDraft, CortexEvent, EventType } from '@cortex/contracts';
import type { BuiltEvent, EventOrigin } from './envelope/build-event.ts';
import { buildEvent, buildEvents } from './envelope/build-event.ts';
import { hasEvent } from './find-event.ts';
import type { Link } from './link.ts';
import type { Cause } from './ports.ts';
import { request } from './request.ts';

const ackTimeoutMs = 5_000;

/** Publishes one built event under its id until the stream has acked it. */
async function send(link: Link, built: BuiltEvent): Promise<CortexEvent> {
  const startedMs = link.runtime.monotonicMs();
  const type: EventType = built.event.type;
  let attempts = 0;
  const ack = await request(link, { what: `the publish of ${type}` }, (attempt) => {
    attempts = attempt;
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

/** Publishes a draft; `id` replaces the derived or fresh one. */
export function publishDraft(link: Link, draft: AnyDraft, cause?: Cause, id?: string): Promise<CortexEvent> {
  return send(link, buildEvent(draft, { ...originOf(link), cause, id }));
}

/**
 * See `Bus.publishUnlessStored`. An event of which every trace would have expired counts as stored: nobody acts on it any
 * more, and published again it would look new.
 */
export async function publishUnlessStored(
  link: Link,
  draft: AnyDraft,
  cause: Cause,
  since: Date,
): Promise<CortexEvent> {
  const built = buildEvent(draft, { ...originOf(link), cause });
  const { maxAgeMs } = streams[built.stream];
  const isForgotten = maxAgeMs > 0 && link.runtime.now().getTime() - since.getTime() >= maxAgeMs;
  const address = { stream: built.stream, subject: built.subject, id: built.event.id };
  return isForgotten || (await hasEvent(link, address, since)) ? built.event : send(link, built);
}

/** Publishes all in order, or none when one of them is bad. */
export async function publishDrafts(
  link: Link,
  drafts: readonly AnyDraft[],
  cause?: Cause,
): Promise<readonly CortexEvent[]> {
  const events: CortexEvent[] = [];
  for (const built of buildEvents(drafts, { ...originOf(link), cause })) {
    events.push(await send(link, built));
  }
  return events;
}

function originOf({ source, runtime }: Link): Pick<EventOrigin, 'source' | 'nowMs' | 'randomBytes'> {
  return { source, nowMs: runtime.now().getTime(), randomBytes: runtime.randomBytes };
}
