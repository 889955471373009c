/** Mean and deviation over about the last `memory` values, exponentially forgotten; over all of them while there are fewer. */
export class RunningMoments {
  readonly #memory: number;
  count = 0;
  mean = 0;
  #variance = 0;

  constructor(memory: number, [count = 0, mean = 0, variance = 0]: readonly number[] = []) {
    this.#memory = memory;
    this.count = count;
    this.mean = mean;
    this.#variance = variance;
  }

  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  /** Root of the mean square: the deviation from zero. */
  get spread(): number {
    return Math.sqrt(this.#variance + this.mean * this.mean);
  }

  push(value: number): void {
    this.count += 1;
    const weight = 1 / Math.min(this.count, this.#memory);
    const distance = value - this.mean;
    this.mean += weight * distance;
    this.#variance += weight * (distance * (value - this.mean) - this.#variance);
  }

  numbers(): number[] {
    return [this.count, this.mean, this.#variance];
  }
}
