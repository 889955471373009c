import { errorOf } from '@cortex/errors';
import { follow } from './follow.ts';
import type { Link } from './link.ts';
import type { Consumption, Entry, OnInvalid } from './ports.ts';
import type { Stored, StreamFacts } from './jetstream.ts';
import { streamFacts } from './read.ts';

/**
 * Everything is read again this often, unless the stream is as it was: entries that expire send no message, and a watch may
 * miss changes.
 */
const antiEntropyMs = 30_000;

/** By then every watch has seen a deletion, or reads everything again anyway. */
const markersSeenAfterMs = 2 * antiEntropyMs;

export interface WatchSource<Value> {
  readonly stream: string;
  readonly filter: string;
  snapshot(): Promise<readonly Stored[]>;
  keyOf(message: Stored): string;
  /** Removes what a deletion has left. Absent: it stays. */
  removeMarker?(message: Stored): Promise<void>;
  /** Undefined for a deletion; throws for an entry that does not parse. */
  read(message: Stored): Entry<Value> | undefined;
}

/** See `Bucket.watch`. */
export async function watchBucket<Value>(
  link: Link,
  source: WatchSource<Value>,
  handle: (key: string, entry: Entry<Value> | undefined) => void,
  onInvalid?: OnInvalid,
): Promise<Consumption> {
  const known = new Map<string, { revision: number; present: boolean }>();

  function deliver(message: Stored): void {
    const key = source.keyOf(message);
    const before = known.get(key);
    if (before && before.revision >= message.sequence) return;
    let entry: Entry<Value> | undefined;
    try {
      entry = source.read(message);
    } catch (error) {
      known.set(key, { revision: message.sequence, present: true });
      const problem = errorOf(error);
      if (onInvalid) onInvalid(key, problem, message.data);
      else link.logger.error({ key, error: problem.message }, 'a watched entry does not match its schema');
      return;
    }
    known.set(key, { revision: message.sequence, present: entry !== undefined });
    if (entry || before?.present) handle(key, entry);
  }

  /** What the stream was when it was last read as a whole. */
  let read: StreamFacts | undefined;

  /** Of a stream that has the same messages as then there is nothing to read, but markers may have grown old. */
  async function readAgain(): Promise<void> {
    const facts = await streamFacts(link, source.stream);
    const isAsItWas = facts.lastSequence === read?.lastSequence && facts.messages === read.messages;
    const hasMarkers = source.removeMarker !== undefined && [...known.values()].some(({ present }) => !present);
    if (!isAsItWas || hasMarkers) await readAll(facts);
  }

  async function readAll(facts: StreamFacts): Promise<void> {
    const upTo = facts.lastSequence;
    const messages = await source.snapshot();
    const seen = new Set<string>();
    for (const message of messages) {
      seen.add(source.keyOf(message));
      deliver(message);
    }
    await removeMarkers(messages);
    for (const [key, { revision, present }] of known) {
      if (seen.has(key) || revision > upTo) continue;
      known.delete(key);
      if (present) handle(key, undefined);
    }
    read = facts;
  }

  async function removeMarkers(messages: readonly Stored[]): Promise<void> {
    const { removeMarker } = source;
    if (removeMarker === undefined) return;
    const limitMs = link.runtime.now().getTime() - markersSeenAfterMs;
    for (const message of messages) {
      const isMarker = known.get(source.keyOf(message))?.present === false;
      if (isMarker && message.storedAtMs < limitMs) await removeMarker(message);
    }
  }

  const first = await streamFacts(link, source.stream);
  await readAll(first);
  const following = await follow(link, {
    stream: source.stream,
    filter: source.filter,
    start: { sequence: first.lastSequence + 1 },
    onMessage: deliver,
  });
  let rereading: Promise<void> = Promise.resolve();
  const timer = link.runtime.every(antiEntropyMs, () => {
    rereading = rereading.then(readAgain).catch((error: unknown) => {
      link.logger.warn({ stream: source.stream, error: String(error) }, 'a watched bucket could not be read again');
    });
  });
  return {
    async stop() {
      timer.cancel();
      await following.stop();
      await rereading;
    },
  };
}
