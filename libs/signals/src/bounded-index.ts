interface Entry<T> {
  readonly value: T;
  seenAtMs: number;
}

/**
 * Values by name, at most `max`: a new one beyond replaces the one that has been silent for longest, if that counts as
 * silent by now, or is refused. A silent one stays until its place is needed.
 */
export class BoundedIndex<T> {
  readonly #max: number;
  readonly #silentAfterMs: number;
  /** The one that has been silent for longest comes first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(max: number, silentAfterMs: number) {
    this.#max = max;
    this.#silentAfterMs = silentAfterMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of this name, marked as seen now; undefined where there are too many. */
  see(name: string, nowMs: number, create: () => T): T | undefined {
    const known = this.#entries.get(name);
    if (known === undefined && !this.#makeRoom(nowMs)) return undefined;
    const entry = known ?? { value: create(), seenAtMs: nowMs };
    entry.seenAtMs = nowMs;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.value;
  }

  /** Values that are not silent. */
  active(nowMs: number): T[] {
    return [...this.#entries.values()]
      .filter(({ seenAtMs }) => nowMs - seenAtMs <= this.#silentAfterMs)
      .map(({ value }) => value);
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#entries.size < this.#max) return true;
    const [oldest] = this.#entries;
    if (oldest === undefined || nowMs - oldest[1].seenAtMs <= this.#silentAfterMs) return false;
    this.#entries.delete(oldest[0]);
    return true;
  }
}
