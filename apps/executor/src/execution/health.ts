import { BucketMirror } from '@cortex/bus';
import type { Bucket, Consumption } from '@cortex/bus';
import { targetKey, unescapeToken } from '@cortex/contracts';
import type { CheckDefinition, HealthRecord, HealthState } from '@cortex/contracts';

/** Knows the health of the instances of each service, as health-checkers last saw it. */
export class HealthReader {
  readonly #mirror: BucketMirror<HealthRecord>;
  readonly #checks: readonly CheckDefinition[];
  #watch: Consumption | undefined;

  private constructor(bucket: Bucket<HealthRecord>, checks: readonly CheckDefinition[]) {
    this.#mirror = new BucketMirror(bucket);
    this.#checks = checks;
  }

  static async open(bucket: Bucket<HealthRecord>, checks: readonly CheckDefinition[]): Promise<HealthReader> {
    const reader = new HealthReader(bucket, checks);
    reader.#watch = await reader.#mirror.watch();
    return reader;
  }

  /**
   * By instance. A record that cannot be read is UNKNOWN. Where the service has checks, an instance without any is left out:
   * nobody keeps its record true.
   */
  statesOf(service: string): ReadonlyMap<string, HealthState> {
    const states = new Map<string, HealthState>();
    const prefix = targetKey({ service, instance: 'x' }).slice(0, -1);
    for (const [key, { state, target }] of this.#mirror.values)
      if (key.startsWith(prefix)) states.set(target.instance, state);
    for (const key of this.#mirror.unreadable.keys())
      if (key.startsWith(prefix)) states.set(unescapeToken(key.slice(prefix.length)), 'UNKNOWN');
    const checks = this.#checks.filter(({ target }) => target.service === service);
    if (checks.length === 0) return states;
    const checked = new Set(checks.map(({ target }) => target.instance));
    return new Map([...states].filter(([instance]) => checked.has(instance)));
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }
}
