const binCount = 16;
const startingValues = 32;
/** Weight beyond either end that makes the histogram grow to that side. */
const growsAtWeight = 0.5;
const lookEvery = 256;
const refreshEvery = 16;
/** Share of the weight that, packed into three bins, makes it look closer. */
const crowdedShare = 0.98;
const largestTotal = 8_192;

/**
 * How the values of a series are distributed: bins of equal width that grow, and narrow, with what comes. Constant work and
 * memory. A value beyond its ends makes it twice as wide, however far out it is: one outlier blurs it little.
 */
export class ValueHistogram {
  readonly #leastWidth: (value: number) => number;
  #start: number[] = [];
  #low = 0;
  #width = 0;
  #counts = new Float32Array(binCount);
  #under = 0;
  #over = 0;
  #total = 0;
  #sinceLook = 0;
  /** As of a few values ago: looking them up costs a walk over the bins. */
  #quartiles: readonly [number, number, number] = [0, 0, 0];

  /** No bin is narrower than `leastWidth` of a value: what is smaller does not matter. */
  constructor(leastWidth: (value: number) => number, saved?: readonly number[]) {
    this.#leastWidth = leastWidth;
    if (saved === undefined) return;
    const [low = 0, width = 0, under = 0, over = 0, sinceLook = 0, total = 0, q1 = 0, q2 = 0, q3 = 0, ...rest] = saved;
    this.#total = total;
    this.#quartiles = [q1, q2, q3];
    this.#low = low;
    this.#width = width;
    this.#under = under;
    this.#over = over;
    this.#sinceLook = sinceLook;
    if (width === 0) this.#start = [...rest];
    else {
      if (rest.length !== binCount) throw new RangeError('a saved histogram of another form');
      this.#counts.set(rest);
    }
  }

  /** Values taken in, of late. */
  get total(): number {
    return this.#width === 0 ? this.#start.length : this.#total;
  }

  get isReady(): boolean {
    return this.#width > 0;
  }

  /** Values seen near this one, of late: those of its bin, and half of those beside it. */
  weightNear(value: number): number {
    const bin = this.#binOf(value);
    if (bin < 0 || bin >= binCount) return 0;
    const counts = this.#counts;
    return (counts[bin] ?? 0) + 0.5 * ((counts[bin - 1] ?? 0) + (counts[bin + 1] ?? 0));
  }

  get quartile1(): number {
    return this.#quartiles[0];
  }

  get median(): number {
    return this.#quartiles[1];
  }

  get quartile3(): number {
    return this.#quartiles[2];
  }

  #quantile(share: number): number {
    let left = share * this.#total - this.#under;
    for (let bin = 0; bin < binCount; bin += 1) {
      const count = this.#counts[bin] ?? 0;
      if (left <= count) return this.#low + this.#width * (bin + (count > 0 ? Math.max(0, left) / count : 0));
      left -= count;
    }
    return this.#low + this.#width * binCount;
  }

  push(value: number): void {
    if (this.#width === 0) {
      this.#start.push(value);
      if (this.#start.length >= startingValues) this.#begin();
      return;
    }
    this.#count(value);
    this.#sinceLook += 1;
    if (this.#under > growsAtWeight) this.#grow('down');
    if (this.#over > growsAtWeight) this.#grow('up');
    if (this.#sinceLook >= lookEvery) this.#look();
    if (this.#sinceLook % refreshEvery === 0) this.#refresh();
  }

  numbers(): number[] {
    const ends = [this.#low, this.#width, this.#under, this.#over];
    const head = [...ends, this.#sinceLook, this.#total, ...this.#quartiles];
    return this.#width === 0 ? [...head, ...this.#start] : [...head, ...this.#counts];
  }

  #begin(): void {
    const values = this.#start;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const spread = Math.max(1.5 * (high - low), binCount * this.#leastWidth((low + high) / 2));
    this.#low = (low + high - spread) / 2;
    this.#width = spread / binCount;
    this.#start = [];
    for (const value of values) this.#count(value);
    this.#refresh();
  }

  #binOf(value: number): number {
    return Math.floor((value - this.#low) / this.#width);
  }

  #count(value: number): void {
    const bin = this.#binOf(value);
    if (bin < 0) this.#under += 1;
    else if (bin >= binCount) this.#over += 1;
    else this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#total += 1;
  }

  /** Twice as wide to one side. What lay beyond is spread over the new half: where exactly, nobody remembers. */
  #grow(side: 'up' | 'down'): void {
    const merged = new Float32Array(binCount);
    const half = binCount / 2;
    const [kept, opened] = side === 'up' ? [0, half] : [half, 0];
    for (let bin = 0; bin < half; bin += 1) {
      merged[kept + bin] = (this.#counts[2 * bin] ?? 0) + (this.#counts[2 * bin + 1] ?? 0);
    }
    const beyond = side === 'up' ? this.#over : this.#under;
    for (let bin = 0; bin < half; bin += 1) merged[opened + bin] = beyond / half;
    if (side === 'down') this.#low -= this.#width * binCount;
    this.#width *= 2;
    if (side === 'up') this.#over = 0;
    else this.#under = 0;
    this.#counts = merged;
  }

  /** Forgets by halving, and looks closer where nearly everything lies within three bins. */
  #look(): void {
    this.#sinceLook = 0;
    if (this.#total > largestTotal) {
      for (let bin = 0; bin < binCount; bin += 1) this.#counts[bin] = (this.#counts[bin] ?? 0) / 2;
      this.#under /= 2;
      this.#over /= 2;
    }
    this.#refresh();
    const first = this.#crowdedFrom();
    if (first === undefined) return;
    const split = new Float32Array(binCount);
    const per = binCount / 8;
    // Eight old bins around the crowd become all of the new ones.
    const from = Math.max(0, Math.min(binCount - 8, first - 2));
    for (let bin = 0; bin < binCount; bin += 1) split[bin] = (this.#counts[from + Math.floor(bin / per)] ?? 0) / per;
    for (let bin = 0; bin < from; bin += 1) this.#under += this.#counts[bin] ?? 0;
    for (let bin = from + 8; bin < binCount; bin += 1) this.#over += this.#counts[bin] ?? 0;
    this.#under = Math.min(this.#under, growsAtWeight / 2);
    this.#over = Math.min(this.#over, growsAtWeight / 2);
    this.#low += from * this.#width;
    this.#width /= per;
    this.#counts = split;
  }

  #crowdedFrom(): number | undefined {
    if (this.#width / 2 < this.#leastWidth(this.median)) return undefined;
    const counts = this.#counts;
    for (let bin = 0; bin + 2 < binCount; bin += 1) {
      const three = (counts[bin] ?? 0) + (counts[bin + 1] ?? 0) + (counts[bin + 2] ?? 0);
      if (three >= crowdedShare * this.#total) return bin;
    }
    return undefined;
  }

  #refresh(): void {
    this.#total = this.#under + this.#over;
    for (let bin = 0; bin < binCount; bin += 1) this.#total += this.#counts[bin] ?? 0;
    const [quartile1, median] = [this.#quantile(0.25), this.#quantile(0.5)];
    // Two quartiles never fall together: something has to be measured in the distance between them.
    this.#quartiles = [quartile1, median, Math.max(this.#quantile(0.75), quartile1 + this.#width / 2)];
  }
}
