import { BucketMirror } from '@cortex/bus';
import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence, Target } from '@cortex/contracts';
import { findSilence, mayHold, possibleSilence, silencesTarget } from '@cortex/suppression';

const decoder = new TextDecoder();

/** Knows the silences. They stop only remediations that have had no effect yet; one under way runs to its end. */
export class SilenceReader {
  readonly #bucket: Bucket<Silence>;
  readonly #mirror: BucketMirror<Silence>;
  #watch: Consumption | undefined;

  private constructor(bucket: Bucket<Silence>) {
    this.#bucket = bucket;
    this.#mirror = new BucketMirror(bucket);
  }

  static async open(bucket: Bucket<Silence>): Promise<SilenceReader> {
    const reader = new SilenceReader(bucket);
    reader.#watch = await reader.#mirror.watch();
    return reader;
  }

  /** Why these targets are silenced, as far as the watch knows; undefined when they are not. */
  refusalOf(targets: readonly Target[], now: Date): string | undefined {
    return refusalBy(this.#mirror.values.values(), this.#mirror.unreadable, targets, now);
  }

  /** The same as the server knows it: after a freeze the watch is behind. */
  async ask(targets: readonly Target[], now: () => Date): Promise<string | undefined> {
    const unreadable: (readonly [string, Uint8Array])[] = [];
    const entries = await this.#bucket.entries('>', (key, _error, bytes) => unreadable.push([key, bytes]));
    const silences = entries.map(({ value }) => value);
    return refusalBy(silences, unreadable, targets, now());
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }
}

function refusalBy(
  silences: Iterable<Silence>,
  unreadable: Iterable<readonly [string, Uint8Array]>,
  targets: readonly Target[],
  now: Date,
): string | undefined {
  for (const [id, bytes] of unreadable) {
    const possible = possibleSilence(decoder.decode(bytes));
    if (targets.some(({ service }) => mayHold(possible, service, now.toISOString())))
      return `silence ${id} cannot be read, so it may hold`;
  }
  const covers = (silence: Silence): boolean => targets.some((target) => silencesTarget(silence, target));
  const silence = findSilence(silences, now.toISOString(), covers);
  return silence && `silence ${silence.id}, by ${silence.by} until ${silence.endsAt}: ${silence.reason}`;
}
