import { AckPolicy, DeliverPolicy, JetStreamApiError, ReplayPolicy } from '@nats-io/jetstream';
import type { StoredMsg } from '@nats-io/jetstream';
import { nuid } from '@nats-io/transport-node';
import type { Delivery } from './delivery.ts';
import type { Link } from './link.ts';
import { startPull } from './pull.ts';

const silenceMs = 5_000;
const noMessageFound = 10_037;
const fillersAtOnce = 32;

/** A message as it lies in its stream. */
export type Stored = Pick<Delivery, 'subject' | 'data' | 'headers' | 'sequence' | 'storedAtMs'>;

/**
 * The last message of every subject that matches. A subject that has one the whole time is never missing, whatever is
 * written meanwhile. For a bucket: its entries.
 */
export async function lastPerSubject(
  link: Link,
  stream: string,
  filter: string,
  headersOnly: boolean,
): Promise<readonly Stored[]> {
  const end = (await link.manager.streams.info(stream)).state.last_seq;
  const { expected, received } = await readLast(link, stream, filter, headersOnly);
  const newest = new Map<string, Stored>();
  for (const message of received) {
    const before = newest.get(message.subject);
    if (before === undefined || before.sequence < message.sequence) newest.set(message.subject, message);
  }
  // A message that is replaced before its turn is left out, its successor comes at the end, and the server's count of
  // what is to come goes wrong over it. So what was disturbed is compared with the list of subjects.
  const isUndisturbed = newest.size === expected && received.every(({ sequence }) => sequence <= end);
  if (!isUndisturbed) await fillGaps(link, stream, filter, newest);
  return [...newest.values()];
}

async function fillGaps(link: Link, stream: string, filter: string, found: Map<string, Stored>): Promise<void> {
  const { state } = await link.manager.streams.info(stream, { subjects_filter: filter });
  const missing = Object.keys(state.subjects ?? {}).filter((subject) => !found.has(subject));
  const filler = async (): Promise<void> => {
    for (let subject = missing.pop(); subject !== undefined; subject = missing.pop()) {
      const message = await lastOf(link, stream, subject);
      if (message !== undefined) found.set(subject, message);
    }
  };
  await Promise.all(Array.from({ length: fillersAtOnce }, filler));
}

async function lastOf(link: Link, stream: string, subject: string): Promise<Stored | undefined> {
  let message: StoredMsg | null;
  try {
    message = await link.manager.streams.getMessage(stream, { last_by_subj: subject });
  } catch (error) {
    // It has expired since it was listed.
    if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
    throw error;
  }
  if (message === null) return undefined;
  const { data, header, seq, time } = message;
  return { subject, data, headers: header, sequence: seq, storedAtMs: time.getTime() };
}

interface Reading {
  /** Subjects that matched when it began. */
  readonly expected: number;
  readonly received: readonly Delivery[];
}

async function readLast(link: Link, stream: string, filter: string, headersOnly: boolean): Promise<Reading> {
  const name = `snapshot-${nuid.next()}`;
  const info = await link.manager.consumers.add(stream, {
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
  const expected = info.num_pending;
  if (expected === 0) {
    void link.manager.consumers.delete(stream, name).catch(() => false);
    return { expected, received: [] };
  }
  return new Promise((resolve, reject) => {
    const received: Delivery[] = [];
    const finish = (act: () => void): void => {
      pull.stop();
      clearTimeout(silence);
      void link.manager.consumers.delete(stream, name).catch(() => false);
      act();
    };
    const onSilence = (): void => {
      // What was to come may have expired or been replaced meanwhile.
      void link.manager.consumers.info(stream, name).then(
        (now) => finish(() => (now.num_pending === 0 ? resolve({ expected, received }) : reject(interrupted()))),
        (error: unknown) => finish(() => reject(interrupted(error))),
      );
    };
    let silence = setTimeout(onSilence, silenceMs);
    const pull = startPull(link, {
      stream,
      consumer: name,
      credit: () => Math.min(500, Math.max(1, expected - received.length)),
      onMessage(message) {
        received.push(message);
        clearTimeout(silence);
        silence = setTimeout(onSilence, silenceMs);
        if (message.pending === 0 || received.length >= expected) finish(() => resolve({ expected, received }));
      },
      onEnd: () => finish(() => reject(interrupted())),
    });
  });
}

/** A request error, so that the caller asks again. */
function interrupted(cause?: unknown): Error {
  return new SnapshotInterruptedError('the server stopped answering in the middle of a read', { cause });
}

export class SnapshotInterruptedError extends Error {
  override readonly name = 'SnapshotInterruptedError';
}
