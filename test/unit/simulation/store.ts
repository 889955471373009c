import type { Clock } from './clock.ts';
import type { Process, Task } from './process.ts';
import { request } from './process.ts';

export interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
  readonly revision: number;
}

type Watcher<Value> = (key: string, entry: Entry<Value> | undefined) => void;

/** One KV bucket on the server: compare-and-set on revisions, an optional lifetime, and watches that lag behind. */
export class Bucket<Value> {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #nextRevision: () => number;
  readonly #lagMs: () => number;
  readonly #entries = new Map<string, Entry<Value> & { readonly writtenAtMs: number }>();
  readonly #watchers = new Set<Watcher<Value>>();

  constructor(clock: Clock, nextRevision: () => number, lagMs: () => number, ttlMs = 0) {
    this.#clock = clock;
    this.#nextRevision = nextRevision;
    this.#lagMs = lagMs;
    this.#ttlMs = ttlMs;
  }

  get(key: string): Entry<Value> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || (this.#ttlMs > 0 && this.#clock.nowMs >= entry.writtenAtMs + this.#ttlMs))
      return undefined;
    return entry;
  }

  entries(): readonly Entry<Value>[] {
    return [...this.#entries.keys()].flatMap((key) => this.get(key) ?? []);
  }

  /** Undefined: somebody else wrote first. */
  create(key: string, value: Value): number | undefined {
    return this.get(key) === undefined ? this.put(key, value) : undefined;
  }

  update(key: string, value: Value, revision: number): number | undefined {
    return this.get(key)?.revision === revision ? this.put(key, value) : undefined;
  }

  put(key: string, value: Value): number {
    const revision = this.#nextRevision();
    const entry = { key, value, revision, writtenAtMs: this.#clock.nowMs };
    this.#entries.set(key, entry);
    for (const watcher of this.#watchers) watcher(key, entry);
    return revision;
  }

  delete(key: string, revision?: number): boolean {
    if (revision !== undefined && this.get(key)?.revision !== revision) return false;
    this.#entries.delete(key);
    for (const watcher of this.#watchers) watcher(key, undefined);
    return true;
  }

  /** Reads, changes, writes, again on conflict. Mirrors `modify` of libs/bus/src/bucket.ts. */
  *modify(
    key: string,
    change: (current: Value | undefined) => Value | undefined,
    onWritten: () => void = () => undefined,
  ): Task<Entry<Value> | undefined> {
    for (;;) {
      const current = yield* request(() => this.get(key));
      const value = change(current?.value);
      if (value === undefined) return current;
      const revision = yield* request(() => {
        const written = current === undefined ? this.create(key, value) : this.update(key, value, current.revision);
        if (written !== undefined) onWritten();
        return written;
      });
      if (revision !== undefined) return { key, value, revision };
    }
  }

  /** What is there now at once, then every change, in order and late. */
  watch(process: Process, handle: Watcher<Value>): void {
    const { life } = process;
    let lastMs = 0;
    for (const entry of this.entries()) handle(entry.key, entry);
    const watcher: Watcher<Value> = (key, entry) => {
      if (process.life !== life) {
        this.#watchers.delete(watcher);
        return;
      }
      lastMs = Math.max(lastMs, this.#clock.nowMs + this.#lagMs());
      process.at(lastMs, () => handle(key, entry));
    };
    this.#watchers.add(watcher);
  }
}
