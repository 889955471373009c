import type { Cell, Memory } from '../memory.ts';

/** Delays values: each comes out `length` values later. */
export class DelayLine {
  readonly #memory: Memory;
  readonly #length: number;
  readonly #values: number;
  readonly #size: Cell;
  readonly #next: Cell;

  constructor(memory: Memory, length: number) {
    this.#memory = memory;
    this.#length = length;
    this.#values = memory.takeNumbers(length);
    this.#size = memory.cell();
    this.#next = memory.cell();
  }

  get isFull(): boolean {
    return this.#size.value === this.#length;
  }

  /** The mean of the delayed values. */
  get mean(): number {
    const { numbers } = this.#memory;
    const from = this.#values;
    const size = this.#size.value;
    let sum = 0;
    for (let index = 0; index < size; index += 1) sum += numbers[from + index] ?? 0;
    return sum / size;
  }

  /** Adds a value. The value that comes out, or NaN while the line fills. */
  push(value: number): number {
    const { numbers } = this.#memory;
    const next = this.#next.value;
    const leaving = this.isFull ? (numbers[this.#values + next] ?? Number.NaN) : Number.NaN;
    numbers[this.#values + next] = value;
    this.#next.value = (next + 1) % this.#length;
    if (!this.isFull) this.#size.value += 1;
    return leaving;
  }
}
