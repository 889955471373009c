import { pack64, unpack64 } from '../packed.ts';

/** Mean and deviation of the last n values in constant time; exact again once per turn of the ring, so errors never pile up. */
export class RollingWindow {
  readonly #values: Float64Array;
  #size = 0;
  #next = 0;
  #mean = 0;
  /** Sum of squared distances from the mean. */
  #squares = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.#values.length;
  }

  get mean(): number {
    return this.#mean;
  }

  get deviation(): number {
    return this.#size < 2 ? 0 : Math.sqrt(Math.max(0, this.#squares) / (this.#size - 1));
  }

  push(value: number): void {
    const before = this.#mean;
    if (this.#size < this.#values.length) {
      this.#size += 1;
      this.#mean += (value - before) / this.#size;
      this.#squares += (value - before) * (value - this.#mean);
    } else {
      const oldest = this.#values[this.#next] ?? 0;
      this.#mean += (value - oldest) / this.#size;
      this.#squares += (value - oldest) * (value - this.#mean + oldest - before);
    }
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    if (this.#next === 0) this.#recompute();
  }

  save(): string {
    return pack64([this.#next, this.#mean, this.#squares, ...this.#values.subarray(0, this.#size)]);
  }

  static restore(capacity: number, saved: string): RollingWindow {
    const window = new RollingWindow(capacity);
    const [next = 0, mean = 0, squares = 0, ...values] = unpack64(saved);
    if (values.length > capacity || next >= capacity) throw new RangeError('the saved window is larger than this one');
    window.#values.set(values);
    window.#size = values.length;
    window.#next = next;
    window.#mean = mean;
    window.#squares = squares;
    return window;
  }

  #recompute(): void {
    let sum = 0;
    for (let index = 0; index < this.#size; index += 1) sum += this.#values[index] ?? 0;
    this.#mean = sum / this.#size;
    this.#squares = 0;
    for (let index = 0; index < this.#size; index += 1) this.#squares += ((this.#values[index] ?? 0) - this.#mean) ** 2;
  }
}
