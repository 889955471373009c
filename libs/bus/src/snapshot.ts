import { CortexError } from '@cortex/errors';
import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { randomUuid } from '@cortex/runtime';
import type { Delivery } from './delivery.ts';
import type { Stored } from './jetstream.ts';
import type { Link } from './link.ts';

const silenceMs = 5_000;
const fillersAtOnce = 32;

/**
 * The last message of every matching subject. A subject that has one the whole time is never missing, whatever is
 * written meanwhile. For a bucket: its entries.
 */
export async function lastPerSubject(
  link: Link,
  stream: string,
  filter: string,
  headersOnly: boolean,
): Promise<readonly Stored[]> {
  const { lastSequence: end } = await link.jetstream.stream(stream);
  const { expected, received } = await readLast(link, stream, filter, headersOnly);
  const newest = new Map<string, Stored>();
  for (const message of received) {
    const before = newest.get(message.subject);
    if (before === undefined || before.sequence < message.sequence) newest.set(message.subject, message);
  }
  // A message that is replaced before it was sent is left out, its successor comes at the end, and the server's
  // pending count is wrong from then on. So a disturbed read is compared with the list of subjects.
  const isUndisturbed = newest.size === expected && received.every(({ sequence }) => sequence <= end);
  if (!isUndisturbed) await fillGaps(link, stream, filter, newest);
  return [...newest.values()];
}

async function fillGaps(link: Link, stream: string, filter: string, found: Map<string, Stored>): Promise<void> {
  const missing = (await link.jetstream.subjects(stream, filter)).filter((subject) => !found.has(subject));
  const filler = async (): Promise<void> => {
    for (let subject = missing.pop(); subject !== undefined; subject = missing.pop()) {
      const message = await link.jetstream.lastMessage(stream, subject, 'leader');
      // Undefined when it has expired since it was listed.
      if (message !== undefined) found.set(subject, message);
    }
  };
  await Promise.all(Array.from({ length: fillersAtOnce }, filler));
}

interface Reading {
  /** Number of subjects that matched when it began. */
  readonly expected: number;
  readonly received: readonly Delivery[];
}

async function readLast(link: Link, stream: string, filter: string, headersOnly: boolean): Promise<Reading> {
  const name = `snapshot-${randomUuid(link.runtime)}`;
  const info = await link.jetstream.addConsumer(stream, {
    name,
    filter_subject: filter,
    deliver_policy: DeliverPolicy.LastPerSubject,
    ack_policy: AckPolicy.None,
    replay_policy: ReplayPolicy.Instant,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: 30_000 * 1e6,
    ...(headersOnly ? { headers_only: true } : {}),
  });
  const expected = info.pending;
  if (expected === 0) {
    void link.jetstream.deleteConsumer(stream, name).catch(() => false);
    return { expected, received: [] };
  }
  return new Promise((resolve, reject) => {
    const received: Delivery[] = [];
    const finish = (act: () => void): void => {
      pull.stop();
      silence.cancel();
      void link.jetstream.deleteConsumer(stream, name).catch(() => false);
      act();
    };
    const onSilence = (): void => {
      // Pending messages may have expired or been replaced meanwhile.
      void link.jetstream.consumer(stream, name).then(
        (now) => finish(() => (now.pending === 0 ? resolve({ expected, received }) : reject(interrupted()))),
        (error: unknown) => finish(() => reject(interrupted(error))),
      );
    };
    let silence = link.runtime.after(silenceMs, onSilence);
    const pull = link.jetstream.pull({
      stream,
      consumer: name,
      credit: () => Math.min(500, Math.max(1, expected - received.length)),
      onMessage(message) {
        received.push(message);
        silence.cancel();
        silence = link.runtime.after(silenceMs, onSilence);
        if (message.pending === 0 || received.length >= expected) finish(() => resolve({ expected, received }));
      },
      onEnd: () => finish(() => reject(interrupted())),
    });
  });
}

/** A request error, so that the caller retries. */
function interrupted(cause?: unknown): Error {
  return new SnapshotInterruptedError(
    'CORTEX_BUS_READ_INTERRUPTED',
    'the server stopped answering in the middle of a read',
    {
      cause,
    },
  );
}

export class SnapshotInterruptedError extends CortexError {}
