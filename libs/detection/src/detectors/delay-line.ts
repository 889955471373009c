/** Holds back the newest values: what goes in comes out `length` values later. */
export class DelayLine {
  readonly #values: Float64Array;
  #size: number;
  #next: number;

  constructor(length: number, [size = 0, next = 0, ...values]: readonly number[] = []) {
    this.#values = Float64Array.from({ length }, (_, index) => values[index] ?? 0);
    this.#size = size;
    this.#next = next;
  }

  get isFull(): boolean {
    return this.#size === this.#values.length;
  }

  /** Of the values held back. */
  get mean(): number {
    let sum = 0;
    for (let index = 0; index < this.#size; index += 1) sum += this.#values[index] ?? 0;
    return sum / this.#size;
  }

  /** The value that leaves, or NaN while the line fills. */
  push(value: number): number {
    const leaving = this.isFull ? (this.#values[this.#next] ?? Number.NaN) : Number.NaN;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    if (!this.isFull) this.#size += 1;
    return leaving;
  }

  numbers(): number[] {
    return [this.#size, this.#next, ...this.#values];
  }
}
