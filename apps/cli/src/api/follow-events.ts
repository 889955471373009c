import { addressOf, parseAnswer } from '@cortex/api';
import { Envelope } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { CliError } from '../core/cli-error.ts';
import { unexpectedAnswer } from './api-client.ts';

export interface EventFollower {
  /** Resolves when the stream is open for the first time. */
  readonly connected: Promise<void>;
  /** Resolves when following has ended; rejects when the console sends something other than an event. */
  readonly ended: Promise<void>;
}

const retryMs = 500;

/**
 * Follows the console's live event stream until `signal` aborts. Reconnects after every interruption with the id of the
 * last event, so that none is missed. `query` holds filters: `type`, `service`, `incident`.
 */
export function followEvents(
  consoleUrl: string,
  onEvent: (event: Envelope) => void,
  signal: AbortSignal,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): EventFollower {
  let resolveConnected = (): void => undefined;
  const connected = new Promise<void>((resolve) => {
    resolveConnected = resolve;
  });
  const url = `${consoleUrl}${addressOf('events', { query })}`;
  const follow = async (): Promise<void> => {
    let lastId: string | undefined;
    while (!signal.aborted) {
      try {
        const response = await fetch(url, {
          signal,
          headers: {
            accept: 'text/event-stream',
            ...headers,
            ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
          },
        });
        if (!response.ok || response.body === null)
          throw new CortexError('CORTEX_CLI_UNREACHABLE', `the console answered ${response.status}`);
        resolveConnected();
        for await (const message of messages(response.body)) {
          lastId = message.id ?? lastId;
          onEvent(eventIn(message.data, consoleUrl));
        }
      } catch (error) {
        if (error instanceof CliError) throw error;
        // Whatever ended the stream, the next round reconnects; `signal` is the only way out.
        if (!signal.aborted) await new Promise((resume) => setTimeout(resume, retryMs));
      }
    }
  };
  return { connected, ended: follow() };
}

function eventIn(text: string, consoleUrl: string): Envelope {
  const event = parseAnswer(Envelope, JSON.parse(text));
  if (event.ok) return event.value;
  throw unexpectedAnswer('events', event.detail, consoleUrl);
}

/** Splits a server-sent-event stream into messages that carry data. */
async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string | undefined; data: string }> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
      const id = lines.find((line) => line.startsWith('id: '))?.slice('id: '.length);
      if (data.length > 0) yield { id, data: data.join('\n') };
    }
  }
}
