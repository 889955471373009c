import type { Bucket, Consumption } from './ports.ts';

/** The contents of a bucket in memory, as its watch reports them. */
export class BucketMirror<Value> {
  readonly #bucket: Bucket<Value>;
  readonly #values = new Map<string, Value>();
  readonly #unreadable = new Set<string>();

  constructor(bucket: Bucket<Value>) {
    this.#bucket = bucket;
  }

  /** By key. An unreadable record keeps its last readable value. */
  get values(): ReadonlyMap<string, Value> {
    return this.#values;
  }

  /** Keys of the records that cannot be read. */
  get unreadable(): ReadonlySet<string> {
    return this.#unreadable;
  }

  /** Sets a value that is known before the watch reports it. */
  set(key: string, value: Value): void {
    this.#values.set(key, value);
  }

  watch(onInvalid?: (key: string, error: Error) => void): Promise<Consumption> {
    return this.#bucket.watch(
      (key, entry) => {
        this.#unreadable.delete(key);
        if (entry === undefined) this.#values.delete(key);
        else this.#values.set(key, entry.value);
      },
      {
        onInvalid: (key, error) => {
          this.#unreadable.add(key);
          onInvalid?.(key, error);
        },
      },
    );
  }
}
