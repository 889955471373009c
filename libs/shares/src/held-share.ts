import type { Lease } from '@cortex/bus';
import type { Share, ShareWork } from './ports.ts';

/** A share with the work on it, from its beginning to its end. */
export class HeldShare implements Share {
  readonly name: string;
  readonly token: number;
  readonly #seat: Lease;
  readonly #lost = new AbortController();
  #work: Promise<ShareWork | undefined> = Promise.resolve(undefined);
  #ended: Promise<void> | undefined;

  constructor(name: string, token: number, seat: Lease) {
    this.name = name;
    this.token = token;
    this.#seat = seat;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    return !this.#lost.signal.aborted && this.#seat.isHeld();
  }

  /** Starts the work; `onFailure` is called when that fails. */
  begin(start: (share: Share) => Promise<ShareWork>, onFailure: (error: unknown) => void): void {
    this.#work = start(this).catch((error: unknown) => {
      onFailure(error);
      return undefined;
    });
  }

  lose(): void {
    this.#lost.abort();
  }

  /** Ends the work; asked again, it is the same end. */
  end(): Promise<void> {
    this.#ended ??= this.#work.then((work) => work?.end());
    return this.#ended;
  }
}
