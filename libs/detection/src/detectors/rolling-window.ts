import type { Cell, Memory } from '../memory.ts';

/**
 * Mean and deviation of the last n values in constant time; recomputed exactly once per turn of the ring, so that
 * errors do not accumulate.
 */
export class RollingWindow {
  readonly #memory: Memory;
  readonly #capacity: number;
  readonly #values: number;
  readonly #size: Cell;
  readonly #next: Cell;
  readonly #mean: Cell;
  /** Sum of squared distances from the mean. */
  readonly #squares: Cell;

  constructor(memory: Memory, capacity: number) {
    this.#memory = memory;
    this.#capacity = capacity;
    this.#values = memory.takeNumbers(capacity);
    this.#size = memory.cell();
    this.#next = memory.cell();
    this.#mean = memory.cell();
    this.#squares = memory.cell();
  }

  get size(): number {
    return this.#size.value;
  }

  get isFull(): boolean {
    return this.#size.value === this.#capacity;
  }

  get mean(): number {
    return this.#mean.value;
  }

  get deviation(): number {
    const size = this.#size.value;
    return size < 2 ? 0 : Math.sqrt(Math.max(0, this.#squares.value) / (size - 1));
  }

  push(value: number): void {
    const { numbers } = this.#memory;
    const next = this.#next.value;
    const before = this.#mean.value;
    if (this.isFull) {
      const oldest = numbers[this.#values + next] ?? 0;
      const mean = before + (value - oldest) / this.#capacity;
      this.#mean.value = mean;
      this.#squares.value += (value - oldest) * (value - mean + oldest - before);
    } else {
      this.#size.value += 1;
      const mean = before + (value - before) / this.#size.value;
      this.#mean.value = mean;
      this.#squares.value += (value - before) * (value - mean);
    }
    numbers[this.#values + next] = value;
    this.#next.value = (next + 1) % this.#capacity;
    if (this.#next.value === 0) this.#recompute();
  }

  #recompute(): void {
    const values = this.#memory.numbers.subarray(this.#values, this.#values + this.#capacity);
    let sum = 0;
    for (const value of values) sum += value;
    const mean = sum / this.#capacity;
    let squares = 0;
    for (const value of values) squares += (value - mean) ** 2;
    this.#mean.value = mean;
    this.#squares.value = squares;
  }
}
