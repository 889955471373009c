import type { StreamName } from '@cortex/contracts';
import { streams } from '@cortex/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { randomUuid } from '@cortex/runtime';
import { BusError } from './errors.ts';
import type { Link } from './link.ts';
import type { AppendLog, LogEnd } from './raw-ports.ts';
import { isConflict, request } from './request.ts';

const ackTimeoutMs = 5_000;

/** See `Bus.appendLog`. */
export function openAppendLog(link: Link, stream: StreamName, subject: string): AppendLog {
  return {
    end: () => readEnd(link, stream),
    async append(messages, after) {
      // The appends run concurrently. Sequences alone would let one writer's second message in behind another
      // writer's first.
      const batch = randomUuid(link.runtime);
      const acks = await Promise.allSettled(
        messages.map((data, index) =>
          link.jetstream.publish(subject, data, {
            timeout: ackTimeoutMs,
            msgID: `${batch}:${index}`,
            expect: {
              streamName: streams[stream].name,
              lastSequence: after + index,
              ...(index === 0 ? {} : { lastMsgID: `${batch}:${index - 1}` }),
            },
          }),
        ),
      );
      const failed = acks.findIndex((ack) => ack.status === 'rejected');
      const first = acks[failed];
      if (first?.status === 'rejected') throwIfHopeless(first.reason, stream);
      return failed === -1 ? acks.length : failed;
    },
  };
}

function readEnd(link: Link, stream: StreamName): Promise<LogEnd> {
  return request(link, { what: `a look at the end of ${stream}` }, async () => {
    const { lastSequence: sequence, messages } = await link.jetstream.stream(stream);
    if (messages === 0) return { sequence };
    const last = await link.jetstream.message(stream, sequence);
    return last === undefined ? { sequence } : { sequence, data: last.data };
  });
}

/** Conflicts, timeouts and a server short of resources are transient; a permanent refusal is thrown. */
function throwIfHopeless(error: unknown, stream: StreamName): void {
  if (isConflict(error)) return;
  if (!(error instanceof JetStreamApiError) || error.status === 503 || error.status === 408) return;
  throw new BusError('CORTEX_BUS_APPEND', `${stream} refuses the append: ${error.message}`, { cause: error });
}
