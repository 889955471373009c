import type { ServerResponse } from 'node:http';
import type { CortexEvent } from '@cortex/contracts';

const heartbeatMs = 15_000;
/** A client with this much unread data is disconnected; it reconnects with Last-Event-ID and misses nothing. */
const maxUnreadBytes = 2 * 1024 * 1024;

/** One server-sent-event client. */
export interface EventStream {
  send(event: CortexEvent): void;
  end(): void;
}

/** Starts the response. `onClosed` runs once, whichever side closes it. */
export function openEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string | number | readonly string[]>>,
  onClosed: (reason: 'client' | 'slow') => void,
): EventStream {
  let isClosed = false;
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.socket?.setNoDelay(true);
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);

  function close(reason: 'client' | 'slow'): void {
    if (isClosed) return;
    isClosed = true;
    clearInterval(heartbeat);
    onClosed(reason);
  }
  function write(text: string): void {
    if (isClosed) return;
    if (response.writableLength > maxUnreadBytes) {
      close('slow');
      response.destroy();
      return;
    }
    response.write(text);
  }

  response.on('close', () => close('client'));
  response.on('error', () => close('client'));
  // Tells the client at once that it is connected, and how long to wait before it reconnects.
  write('retry: 1000\n: connected\n\n');
  return {
    send: (event) => write(`id: ${eventStreamId(event)}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    end: () => response.end(),
  };
}

/** Time first, so that a reconnecting client continues from there, on any console. */
export function eventStreamId(event: Pick<CortexEvent, 'time' | 'id'>): string {
  return `${event.time}/${event.id}`;
}

/** The time in a `Last-Event-ID`, or undefined when it is not one of ours. */
export function timeOfStreamId(id: string): Date | undefined {
  const time = new Date(id.split('/')[0] ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}
