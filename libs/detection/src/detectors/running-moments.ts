import type { Memory } from '../memory.ts';

/**
 * Mean and deviation over about the last `remembered` values, exponentially weighted; over all of them while there are
 * fewer.
 */
export class RunningMoments {
  readonly #memory: Memory;
  readonly #remembered: number;
  /** Offset of count, mean and variance, one after the other. */
  readonly #at: number;

  constructor(memory: Memory, remembered: number) {
    this.#memory = memory;
    this.#remembered = remembered;
    this.#at = memory.takeNumbers(3);
  }

  get count(): number {
    return this.#memory.numbers[this.#at] ?? 0;
  }

  get mean(): number {
    return this.#memory.numbers[this.#at + 1] ?? 0;
  }

  get deviation(): number {
    return Math.sqrt(this.#memory.numbers[this.#at + 2] ?? 0);
  }

  /** Root of the mean square: the deviation from zero. */
  get spread(): number {
    const { mean } = this;
    return Math.sqrt((this.#memory.numbers[this.#at + 2] ?? 0) + mean * mean);
  }

  push(value: number): void {
    const { numbers } = this.#memory;
    const at = this.#at;
    const count = (numbers[at] ?? 0) + 1;
    const before = numbers[at + 1] ?? 0;
    const variance = numbers[at + 2] ?? 0;
    const weight = 1 / Math.min(count, this.#remembered);
    const distance = value - before;
    const mean = before + weight * distance;
    numbers[at] = count;
    numbers[at + 1] = mean;
    numbers[at + 2] = variance + weight * (distance * (value - mean) - variance);
  }
}
