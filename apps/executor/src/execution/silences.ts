import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence, Target } from '@cortex/contracts';
import { findSilence, silencesTarget } from '@cortex/decision';

/** Knows what people asked to be left alone. Only what has not begun asks: what is under way comes to its end. */
export class SilenceReader {
  readonly #silences = new Map<string, Silence>();
  readonly #unreadable = new Set<string>();
  #watch: Consumption | undefined;

  static async open(bucket: Bucket<Silence>): Promise<SilenceReader> {
    const reader = new SilenceReader();
    reader.#watch = await bucket.watch(
      (key, entry) => {
        reader.#unreadable.delete(key);
        if (entry === undefined) reader.#silences.delete(key);
        else reader.#silences.set(key, entry.value);
      },
      { onInvalid: (key) => void reader.#unreadable.add(key) },
    );
    return reader;
  }

  /** Why these targets are to be left alone now; undefined when they are not. */
  refusalOf(targets: readonly Target[], now: Date): string | undefined {
    const [unreadable] = this.#unreadable;
    if (unreadable !== undefined) return `silence ${unreadable} cannot be read, so it may hold`;
    const covers = (silence: Silence): boolean => targets.some((target) => silencesTarget(silence, target));
    const silence = findSilence(this.#silences.values(), now.toISOString(), covers);
    return silence && `silence ${silence.id}, by ${silence.by} until ${silence.endsAt}: ${silence.reason}`;
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }
}
