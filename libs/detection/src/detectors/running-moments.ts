import type { Cell, Memory } from '../memory.ts';

/** Mean and deviation over about the last `remembered` values, exponentially forgotten; over all of them while there are fewer. */
export class RunningMoments {
  readonly #remembered: number;
  readonly #count: Cell;
  readonly #mean: Cell;
  readonly #variance: Cell;

  constructor(memory: Memory, remembered: number) {
    this.#remembered = remembered;
    this.#count = memory.cell();
    this.#mean = memory.cell();
    this.#variance = memory.cell();
  }

  get count(): number {
    return this.#count.value;
  }

  get mean(): number {
    return this.#mean.value;
  }

  get deviation(): number {
    return Math.sqrt(this.#variance.value);
  }

  /** Root of the mean square: the deviation from zero. */
  get spread(): number {
    const mean = this.#mean.value;
    return Math.sqrt(this.#variance.value + mean * mean);
  }

  push(value: number): void {
    const count = this.#count.value + 1;
    const weight = 1 / Math.min(count, this.#remembered);
    const distance = value - this.#mean.value;
    const mean = this.#mean.value + weight * distance;
    this.#count.value = count;
    this.#mean.value = mean;
    this.#variance.value += weight * (distance * (value - mean) - this.#variance.value);
  }
}
