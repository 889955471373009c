import { errorOf } from '@cortex/errors';
import { follow } from './follow.ts';
import type { Link } from './link.ts';
import type { Consumption, Entry } from './ports.ts';
import { lastSequenceOf } from './read.ts';
import type { Stored } from './jetstream.ts';

/** Everything is read again this often: entries that expire send no message, and a watch may miss changes. */
const antiEntropyMs = 30_000;

export interface WatchSource<Value> {
  readonly stream: string;
  readonly filter: string;
  snapshot(): Promise<readonly Stored[]>;
  keyOf(message: Stored): string;
  /** Undefined for a deletion; throws for an entry that does not parse. */
  read(message: Stored): Entry<Value> | undefined;
}

/** See `Bucket.watch`. */
export async function watchBucket<Value>(
  link: Link,
  source: WatchSource<Value>,
  handle: (key: string, entry: Entry<Value> | undefined) => void,
  onInvalid?: (key: string, error: Error) => void,
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
      if (onInvalid) onInvalid(key, problem);
      else link.logger.error({ key, error: problem.message }, 'a watched entry does not match its schema');
      return;
    }
    known.set(key, { revision: message.sequence, present: entry !== undefined });
    if (entry || before?.present) handle(key, entry);
  }

  async function readAll(): Promise<void> {
    const upTo = await lastSequenceOf(link, source.stream);
    const messages = await source.snapshot();
    const seen = new Set<string>();
    for (const message of messages) {
      seen.add(source.keyOf(message));
      deliver(message);
    }
    for (const [key, { revision, present }] of known) {
      if (seen.has(key) || revision > upTo) continue;
      known.delete(key);
      if (present) handle(key, undefined);
    }
  }

  const from = (await lastSequenceOf(link, source.stream)) + 1;
  await readAll();
  const following = await follow(link, {
    stream: source.stream,
    filter: source.filter,
    start: { sequence: from },
    onMessage: deliver,
  });
  let rereading: Promise<void> = Promise.resolve();
  const timer = link.runtime.every(antiEntropyMs, () => {
    rereading = rereading.then(readAll).catch((error: unknown) => {
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
