import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { Slots } from '@cortex/runtime';
import { LookUpsBusyError } from './look-ups-busy-error.ts';

/** A look-up slower than this makes a name slow until it is quick again. */
const slowMs = 1_000;
const maxNames = 1_000;
const maxWaiting = 1_000;
const maxSlowNames = 10_000;

/** Asks the system, as getaddrinfo does: it takes a thread and cannot be aborted. */
export type AskSystem = (name: string, options: LookupAllOptions) => Promise<readonly LookupAddress[]>;

export interface LookUpLimits {
  /** Look-ups under way at once. */
  readonly atOnce: number;
  /** How many of these may be of names that were slow the last time. */
  readonly slowAtOnce: number;
  /** How long a look-up waits in the queue. */
  readonly patienceMs: number;
}

interface UnderWay {
  readonly found: Promise<readonly LookupAddress[]>;
  waiting: number;
}

/** Look-ups of names, a bounded number at once; concurrent callers with the same name share one. */
export class LookUps {
  readonly #ask: AskSystem;
  readonly #slots: Slots;
  readonly #patienceMs: number;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #slowNames = new Set<string>();

  constructor(ask: AskSystem, { atOnce, slowAtOnce, patienceMs }: LookUpLimits) {
    this.#ask = ask;
    this.#slots = new Slots(atOnce, slowAtOnce);
    this.#patienceMs = patienceMs;
  }

  /** Rejects as the system does, or with {@link LookUpsBusyError} when it waited too long. */
  find(name: string, options: LookupAllOptions): Promise<readonly LookupAddress[]> {
    const key = keyOf(name, options);
    const shared = this.#underWay.get(key) ?? this.#begin(key, name, options);
    if (shared === undefined || shared.waiting >= maxWaiting) return Promise.reject(new LookUpsBusyError(name));
    shared.waiting += 1;
    return shared.found;
  }

  #begin(key: string, name: string, options: LookupAllOptions): UnderWay | undefined {
    if (this.#underWay.size >= maxNames) return undefined;
    const found = this.#takeTurn(key, name, options).finally(() => this.#underWay.delete(key));
    const begun: UnderWay = { found, waiting: 0 };
    this.#underWay.set(key, begun);
    return begun;
  }

  async #takeTurn(key: string, name: string, options: LookupAllOptions): Promise<readonly LookupAddress[]> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.#patienceMs);
    let found: readonly LookupAddress[] | undefined;
    await this.#slots.use(this.#slowNames.has(key) ? 'slow' : 'quick', patience.signal, async () => {
      clearTimeout(timer);
      const startedAt = performance.now();
      try {
        found = await this.#ask(name, options);
      } finally {
        this.#remember(key, performance.now() - startedAt > slowMs);
      }
    });
    if (found === undefined) throw new LookUpsBusyError(name);
    return found;
  }

  #remember(key: string, isSlow: boolean): void {
    this.#slowNames.delete(key);
    if (!isSlow) return;
    this.#slowNames.add(key);
    const [oldest] = this.#slowNames;
    if (oldest !== undefined && this.#slowNames.size > maxSlowNames) this.#slowNames.delete(oldest);
  }
}

/** Everything that influences the answer. */
function keyOf(name: string, { family = 0, hints = 0, order, verbatim }: LookupAllOptions): string {
  return `${family} ${hints} ${order ?? ''} ${verbatim ?? ''} ${name.toLowerCase()}`;
}
