import type { Bucket, Consumption, OnInvalid } from './ports.ts';

/** The contents of a bucket in memory, as its watch reports them. */
export class BucketMirror<Value> {
  readonly #bucket: Bucket<Value>;
  readonly #values = new Map<string, Value>();
  readonly #unreadable = new Map<string, Uint8Array>();

  constructor(bucket: Bucket<Value>) {
    this.#bucket = bucket;
  }

  /** By key. An unreadable record keeps its last readable value. */
  get values(): ReadonlyMap<string, Value> {
    return this.#values;
  }

  /** The bytes of the records that cannot be read, by key. */
  get unreadable(): ReadonlyMap<string, Uint8Array> {
    return this.#unreadable;
  }

  /** Sets a value that is known before the watch reports it. */
  set(key: string, value: Value): void {
    this.#values.set(key, value);
  }

  watch(onInvalid?: OnInvalid): Promise<Consumption> {
    return this.#bucket.watch(
      (key, entry) => {
        this.#unreadable.delete(key);
        if (entry === undefined) this.#values.delete(key);
        else this.#values.set(key, entry.value);
      },
      {
        onInvalid: (key, error, bytes) => {
          this.#unreadable.set(key, bytes);
          onInvalid?.(key, error, bytes);
        },
      },
    );
  }
}
