import { addressOf } from '@cortex/api';
import { CortexError } from '@cortex/errors';
import { authorization } from './api-client.ts';

export interface LiveStreamHandlers {
  /** Something changed. */
  onEvent(): void;
  onConnection(isConnected: boolean): void;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** The server sends something every 15 s; silence for longer means that the connection is dead. */
const silenceMs = 40_000;

/**
 * Follows the live stream until stopped, and reconnects by itself. Read by fetch, because an EventSource cannot send a
 * token.
 */
export function followEvents(types: readonly string[], handlers: LiveStreamHandlers): () => void {
  const stopped = new AbortController();
  void follow(types, handlers, stopped.signal);
  return () => stopped.abort();
}

async function follow(types: readonly string[], handlers: LiveStreamHandlers, stopped: AbortSignal): Promise<void> {
  let pauseMs = firstPauseMs;
  const position: { lastId?: string } = {};
  while (!stopped.aborted) {
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    stopped.addEventListener('abort', abort);
    try {
      await readOnce(
        types,
        position,
        attempt,
        () => {
          pauseMs = firstPauseMs;
          handlers.onConnection(true);
        },
        handlers.onEvent,
      );
    } catch {
      // However it ended: report it and reconnect.
    }
    stopped.removeEventListener('abort', abort);
    if (stopped.aborted) return;
    handlers.onConnection(false);
    await new Promise((resume) => setTimeout(resume, pauseMs * (0.75 + Math.random() / 2)));
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

async function readOnce(
  types: readonly string[],
  position: { lastId?: string },
  attempt: AbortController,
  onOpen: () => void,
  onEvent: () => void,
): Promise<void> {
  const response = await fetch(addressOf('events', { query: { type: types.join(',') } }), {
    headers: {
      accept: 'text/event-stream',
      ...authorization(),
      ...(position.lastId === undefined ? {} : { 'last-event-id': position.lastId }),
    },
    signal: attempt.signal,
  });
  if (!response.ok || response.body === null)
    throw new CortexError('CORTEX_PAGE_UNEXPECTED', `live stream: ${response.status}`);
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const watchdog = setTimeout(() => attempt.abort(), silenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(watchdog));
    if (done) return;
    const messages = (rest + value).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const id = eventIdIn(message);
      if (id === undefined) continue;
      position.lastId = id;
      onEvent();
    }
  }
}

/** The id of the event that a server-sent message carries; undefined for comments and the like. */
export function eventIdIn(message: string): string | undefined {
  const fields = new Map(
    message
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()] as const),
  );
  return fields.has('data') ? fields.get('id') : undefined;
}
