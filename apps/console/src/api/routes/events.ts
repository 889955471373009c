import type { FastifyReply, FastifyRequest } from 'fastify';
import { eventFilter, isWanted, type EventFilter } from '../../live/event-filter.ts';
import { readHistory } from '../../live/event-history.ts';
import { eventStreamId, openEventStream, timeOfStreamId } from '../../live/event-stream.ts';
import { sent, serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problems.ts';

const maxStreams = 256;
const defaultSpanMs = 15 * 60_000;
/** Clocks of publishers and of the server differ a little; a reconnecting client drops repeated events by id. */
const overlapMs = 5_000;
const maxReplayed = 5_000;

export function eventRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { bus, incidents, now } = dependencies;
  const open = { count: 0 };
  return [
    serveRoute('events', {
      alsoAnswers: ['text/event-stream'],
      problems: ['CORTEX_API_TOO_MANY_STREAMS', 'CORTEX_API_NOT_FOUND'],
      handle: async ({ query, request, reply }) => {
        const incident = query.incident === undefined ? undefined : incidents.resolveId(query.incident);
        const filter = eventFilter(query.type, query.service, incident);
        if (!(request.headers.accept ?? '').includes('text/event-stream')) {
          const since = query.since === undefined ? new Date(now().getTime() - defaultSpanMs) : new Date(query.since);
          return { events: [...(await readHistory(bus, since, filter, query.limit))] };
        }
        if (open.count >= maxStreams) {
          throw new ApiProblem(
            'CORTEX_API_TOO_MANY_STREAMS',
            `${maxStreams} live streams are open`,
            'each takes memory',
            'close one, or try again later',
          );
        }
        open.count += 1;
        await serveStream(dependencies, filter, request, reply, () => (open.count -= 1));
        return sent;
      },
    }),
  ];
}

/** Subscribes first, then reads the missed events, then sends both in order, so that none is lost in between. */
async function serveStream(
  { bus, feed }: ApiDependencies,
  filter: EventFilter,
  request: FastifyRequest,
  reply: FastifyReply,
  onClosed: () => void,
): Promise<void> {
  reply.hijack();
  const waiting: Parameters<Parameters<typeof feed.listen>[0]>[0][] = [];
  let isCatchingUp = true;
  let unlisten: () => void = () => {};
  const stream = openEventStream(reply.raw, headersOf(reply), (reason) => {
    unlisten();
    onClosed();
    if (reason === 'slow') request.log.warn('a slow live stream was cut');
  });
  unlisten = feed.listen((event) => {
    if (!isWanted(event, filter)) return;
    if (!isCatchingUp) stream.send(event);
    else if (waiting.length < maxReplayed) waiting.push(event);
  });
  const lastId = request.headers['last-event-id'];
  const from = typeof lastId === 'string' ? timeOfStreamId(lastId) : undefined;
  if (from !== undefined) {
    const missed = await readHistory(bus, new Date(from.getTime() - overlapMs), filter, maxReplayed);
    const live = new Set(waiting.map((event) => event.id));
    for (const event of missed) {
      if (eventStreamId(event) !== lastId && !live.has(event.id)) stream.send(event);
    }
  }
  isCatchingUp = false;
  for (const event of waiting) stream.send(event);
}

function headersOf(reply: FastifyReply): Record<string, string | number | readonly string[]> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
