import type { Cell, Memory } from '../memory.ts';

const binCount = 16;
const startingValues = 32;
/** Weight beyond one end that makes the histogram grow to that side. */
const growsAtWeight = 0.5;
const lookEvery = 256;
const refreshEvery = 16;
/** Share of the weight that, packed into three bins, makes the histogram narrow its bins. */
const crowdedShare = 0.98;
const largestTotal = 8_192;

/**
 * The distribution of a series' values: bins of equal width whose range grows and narrows with the values. Constant
 * work and memory. A value beyond its ends only doubles the range, however far out it is, so that one outlier blurs it
 * little.
 */
export class ValueHistogram {
  readonly #memory: Memory;
  readonly #leastWidth: (value: number) => number;
  /** Where the first values are, from which the bins are made. */
  readonly #start: number;
  readonly #counts: number;
  readonly #low: Cell;
  /** 0 until there are enough values to begin. */
  readonly #width: Cell;
  readonly #under: Cell;
  readonly #over: Cell;
  readonly #total: Cell;
  readonly #sinceLook: Cell;
  /** As of a few values ago: computing them costs a walk over the bins. */
  readonly #quartile1: Cell;
  readonly #median: Cell;
  readonly #quartile3: Cell;

  /** No bin is narrower than `leastWidth` of a value: smaller differences do not matter. */
  constructor(memory: Memory, leastWidth: (value: number) => number) {
    this.#memory = memory;
    this.#leastWidth = leastWidth;
    this.#start = memory.takeFloats(startingValues);
    this.#counts = memory.takeFloats(binCount);
    this.#low = memory.cell();
    this.#width = memory.cell();
    this.#under = memory.cell();
    this.#over = memory.cell();
    this.#total = memory.cell();
    this.#sinceLook = memory.cell();
    this.#quartile1 = memory.cell();
    this.#median = memory.cell();
    this.#quartile3 = memory.cell();
  }

  /** Weight of the values added, recent ones mostly. */
  get total(): number {
    return this.#total.value;
  }

  get isReady(): boolean {
    return this.#width.value > 0;
  }

  get quartile1(): number {
    return this.#quartile1.value;
  }

  get median(): number {
    return this.#median.value;
  }

  get quartile3(): number {
    return this.#quartile3.value;
  }

  /** Weight of recent values near this one: those of its bin, and half of those beside it. */
  weightNear(value: number): number {
    const bin = this.#binOf(value);
    if (bin < 0 || bin >= binCount) return 0;
    const { floats } = this.#memory;
    const at = this.#counts + bin;
    const left = bin === 0 ? 0 : (floats[at - 1] ?? 0);
    const right = bin === binCount - 1 ? 0 : (floats[at + 1] ?? 0);
    return (floats[at] ?? 0) + 0.5 * (left + right);
  }

  push(value: number): void {
    if (!this.isReady) {
      this.#memory.floats[this.#start + this.#total.value] = value;
      this.#total.value += 1;
      if (this.#total.value === startingValues) this.#begin();
      return;
    }
    this.#count(value);
    this.#sinceLook.value += 1;
    if (this.#under.value > growsAtWeight) this.#grow('down');
    if (this.#over.value > growsAtWeight) this.#grow('up');
    if (this.#sinceLook.value >= lookEvery) this.#look();
    if (this.#sinceLook.value % refreshEvery === 0) this.#refresh();
  }

  #begin(): void {
    const values = this.#memory.floats.subarray(this.#start, this.#start + startingValues);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const spread = Math.max(1.5 * (high - low), binCount * this.#leastWidth((low + high) / 2));
    this.#low.value = (low + high - spread) / 2;
    this.#width.value = spread / binCount;
    for (const value of values) this.#count(value);
    this.#refresh();
  }

  #binOf(value: number): number {
    return Math.floor((value - this.#low.value) / this.#width.value);
  }

  #count(value: number): void {
    const { floats } = this.#memory;
    const bin = this.#binOf(value);
    if (bin < 0) this.#under.value += 1;
    else if (bin >= binCount) this.#over.value += 1;
    else floats[this.#counts + bin] = (floats[this.#counts + bin] ?? 0) + 1;
    this.#total.value += 1;
  }

  /** The bins of the open page. */
  #bins(): Float32Array {
    return this.#memory.floats.subarray(this.#counts, this.#counts + binCount);
  }

  /**
   * Doubles the range to one side. Values beyond the old end are spread over the new half, because their places are
   * unknown.
   */
  #grow(side: 'up' | 'down'): void {
    const bins = this.#bins();
    const before = bins.slice();
    const half = binCount / 2;
    const [kept, opened] = side === 'up' ? [0, half] : [half, 0];
    const beyond = side === 'up' ? this.#over : this.#under;
    for (let bin = 0; bin < half; bin += 1) {
      bins[kept + bin] = (before[2 * bin] ?? 0) + (before[2 * bin + 1] ?? 0);
      bins[opened + bin] = beyond.value / half;
    }
    if (side === 'down') this.#low.value -= this.#width.value * binCount;
    this.#width.value *= 2;
    beyond.value = 0;
  }

  /** Ages the histogram by halving, and narrows the bins where nearly everything lies within three of them. */
  #look(): void {
    const bins = this.#bins();
    this.#sinceLook.value = 0;
    if (this.#total.value > largestTotal) {
      for (let bin = 0; bin < binCount; bin += 1) bins[bin] = (bins[bin] ?? 0) / 2;
      this.#under.value /= 2;
      this.#over.value /= 2;
    }
    this.#refresh();
    const first = this.#crowdedFrom(bins);
    if (first === undefined) return;
    // Eight old bins around the crowd become all of the new ones.
    const per = binCount / 8;
    const from = Math.max(0, Math.min(binCount - 8, first - 2));
    const before = bins.slice();
    for (let bin = 0; bin < binCount; bin += 1) bins[bin] = (before[from + Math.floor(bin / per)] ?? 0) / per;
    this.#under.value = Math.min(this.#under.value + sumOf(before.subarray(0, from)), growsAtWeight / 2);
    this.#over.value = Math.min(this.#over.value + sumOf(before.subarray(from + 8)), growsAtWeight / 2);
    this.#low.value += from * this.#width.value;
    this.#width.value /= per;
  }

  #crowdedFrom(bins: Float32Array): number | undefined {
    if (this.#width.value / 2 < this.#leastWidth(this.median)) return undefined;
    const crowd = crowdedShare * this.#total.value;
    for (let bin = 0; bin + 2 < binCount; bin += 1) {
      if ((bins[bin] ?? 0) + (bins[bin + 1] ?? 0) + (bins[bin + 2] ?? 0) >= crowd) return bin;
    }
    return undefined;
  }

  #refresh(): void {
    this.#total.value = this.#under.value + this.#over.value + sumOf(this.#bins());
    const quartile1 = this.#quantile(0.25);
    this.#quartile1.value = quartile1;
    this.#median.value = this.#quantile(0.5);
    // The quartiles never coincide, because the distance between them is a unit of measure.
    this.#quartile3.value = Math.max(this.#quantile(0.75), quartile1 + this.#width.value / 2);
  }

  #quantile(share: number): number {
    const { floats } = this.#memory;
    let left = share * this.#total.value - this.#under.value;
    for (let bin = 0; bin < binCount; bin += 1) {
      const count = floats[this.#counts + bin] ?? 0;
      if (left <= count)
        return this.#low.value + this.#width.value * (bin + (count > 0 ? Math.max(0, left) / count : 0));
      left -= count;
    }
    return this.#low.value + this.#width.value * binCount;
  }
}

function sumOf(counts: Float32Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
