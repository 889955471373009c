import { BucketMirror } from '@cortex/bus';
import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence, Target } from '@cortex/contracts';
import { findSilence, silencesTarget } from '@cortex/suppression';

/** Knows the silences. They stop only remediations that have not begun; one under way runs to its end. */
export class SilenceReader {
  readonly #mirror: BucketMirror<Silence>;
  #watch: Consumption | undefined;

  private constructor(bucket: Bucket<Silence>) {
    this.#mirror = new BucketMirror(bucket);
  }

  static async open(bucket: Bucket<Silence>): Promise<SilenceReader> {
    const reader = new SilenceReader(bucket);
    reader.#watch = await reader.#mirror.watch();
    return reader;
  }

  /** Why these targets are silenced at this time; undefined when they are not. */
  refusalOf(targets: readonly Target[], now: Date): string | undefined {
    const [unreadable] = this.#mirror.unreadable;
    if (unreadable !== undefined) return `silence ${unreadable} cannot be read, so it may hold`;
    const covers = (silence: Silence): boolean => targets.some((target) => silencesTarget(silence, target));
    const silence = findSilence(this.#mirror.values.values(), now.toISOString(), covers);
    return silence && `silence ${silence.id}, by ${silence.by} until ${silence.endsAt}: ${silence.reason}`;
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }
}
