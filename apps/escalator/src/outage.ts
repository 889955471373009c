import type { EscalationRecord } from '@cortex/contracts';

/** Records in memory: the newest ones that the store reported, and those changed while it was away. */
export class Outage {
  readonly #told = new Map<string, EscalationRecord>();
  readonly #kept = new Map<string, EscalationRecord>();

  remember(key: string, record: EscalationRecord | undefined): void {
    if (record === undefined) this.#told.delete(key);
    else this.#told.set(key, record);
  }

  newest(key: string): EscalationRecord | undefined {
    return this.#kept.get(key) ?? this.#told.get(key);
  }

  keep(key: string, record: EscalationRecord): void {
    this.#kept.set(key, record);
  }

  keptFor(key: string): EscalationRecord | undefined {
    return this.#kept.get(key);
  }

  get kept(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** The store has written this record; later changes stay for the next write. */
  written(key: string, record: EscalationRecord): void {
    if (this.#kept.get(key) === record) this.#kept.delete(key);
  }

  /** Applies the outcome of an attempt to the record in memory. True when it is kept here until the store is back. */
  settle(key: string, change: (record: EscalationRecord) => EscalationRecord): boolean {
    const told = this.#told.get(key);
    if (told !== undefined) this.#told.set(key, change(told));
    const kept = this.#kept.get(key);
    if (kept === undefined) return false;
    this.#kept.set(key, change(kept));
    return true;
  }
}
