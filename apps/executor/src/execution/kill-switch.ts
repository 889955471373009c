import type { Bucket, Consumption } from '@cortex/bus';
import { killSwitchKey } from '@cortex/contracts';
import type { KillSwitch } from '@cortex/contracts';
import { CortexError, messageOf } from '@cortex/errors';

export type KillSwitchVerdict = { readonly on: false } | { readonly on: true; readonly reason: string };

/** Reads the switch that stops every new effect. Anything that cannot be read as "off" means on. */
export class KillSwitchReader {
  readonly #bucket: Bucket<KillSwitch>;
  readonly #listeners = new Set<() => void>();
  #watch: Consumption | undefined;

  private constructor(bucket: Bucket<KillSwitch>) {
    this.#bucket = bucket;
  }

  static async open(bucket: Bucket<KillSwitch>): Promise<KillSwitchReader> {
    const reader = new KillSwitchReader(bucket);
    reader.#watch = await bucket.watch(
      (key, entry) => {
        if (key === killSwitchKey && entry?.value.on !== false) reader.#notify();
      },
      { onInvalid: () => reader.#notify() },
    );
    return reader;
  }

  /** Asks the server: right before an effect a cached answer is not enough. */
  async read(): Promise<KillSwitchVerdict> {
    try {
      const entry = await this.#bucket.get(killSwitchKey);
      if (entry === undefined) return { on: true, reason: 'the kill switch has no record, and that means on' };
      if (!entry.value.on) return { on: false };
      return { on: true, reason: `the kill switch is on, set by ${entry.value.by}: ${entry.value.reason}` };
    } catch (error) {
      const cause = messageOf(error);
      return { on: true, reason: `the kill switch cannot be read, and that means on: ${cause}` };
    }
  }

  /** Aborts once the watch sees the switch go on. That only hastens a stop: every effect still calls {@link read}. */
  watchDuring(controller: AbortController): () => void {
    const listener = () => controller.abort(new CortexError('CORTEX_EXECUTION_KILL_SWITCH', 'the kill switch went on'));
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
