import { BucketMirror } from '@cortex/bus';
import type { Bucket, Consumption } from '@cortex/bus';
import type { Silence } from '@cortex/contracts';
import { isSilenceActive, mayHold, possibleSilence } from '@cortex/suppression';

const decoder = new TextDecoder();

/** The silences, as their bucket tells them. */
export class KnownSilences {
  readonly #mirror: BucketMirror<Silence>;

  constructor(bucket: Bucket<Silence>) {
    this.#mirror = new BucketMirror(bucket);
  }

  get readable(): readonly Silence[] {
    return [...this.#mirror.values.values()];
  }

  /** Whether there is a record that cannot be read and may cover the service. */
  mayHoldUnread(service: string, now: string): boolean {
    return [...this.#mirror.unreadable.values()].some((bytes) =>
      mayHold(possibleSilence(decoder.decode(bytes)), service, now),
    );
  }

  countActive(now: string): number {
    return [...this.#mirror.values.values()].filter((silence) => isSilenceActive(silence, now)).length;
  }

  /** An event may overtake the watch of the bucket, or come long after it. */
  note(silence: Silence): void {
    const known = this.#mirror.values.get(silence.id);
    const isNewer = known === undefined || (known.createdAt === silence.createdAt && silence.lifted !== undefined);
    if (isNewer) this.#mirror.set(silence.id, silence);
  }

  watch(): Promise<Consumption> {
    return this.#mirror.watch();
  }
}
