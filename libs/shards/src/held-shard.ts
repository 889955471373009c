import type { Lease } from '@cortex/bus';
import type { Shard, ShardWork } from './ports.ts';

/** A shard with the work on it, from beginning to end. */
export class HeldShard implements Shard {
  readonly name: string;
  readonly token: number;
  readonly #membership: Lease;
  readonly #lost = new AbortController();
  #work: Promise<ShardWork | undefined> = Promise.resolve(undefined);
  #ended: Promise<void> | undefined;

  constructor(name: string, token: number, membership: Lease) {
    this.name = name;
    this.token = token;
    this.#membership = membership;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    return !this.#lost.signal.aborted && this.#membership.isHeld();
  }

  /** Starts the work; `onFailure` is called when that fails. */
  begin(start: (shard: Shard) => Promise<ShardWork>, onFailure: (error: unknown) => void): void {
    this.#work = start(this).catch((error: unknown) => {
      onFailure(error);
      return undefined;
    });
  }

  lose(): void {
    this.#lost.abort();
  }

  /** Ends the work; further calls return the same promise. */
  end(): Promise<void> {
    this.#ended ??= this.#work.then((work) => work?.end());
    return this.#ended;
  }
}
