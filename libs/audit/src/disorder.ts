/** Tracks numbers that were skipped, and those of them that turned up later. */
export class Disorder {
  readonly #skipped: [number, number][] = [];
  readonly #late = new Set<number>();

  skip(from: number, to: number): void {
    this.#skipped.push([from, to]);
  }

  /** True when this number was skipped before and turns up for the first time. */
  isLate(n: number): boolean {
    if (this.#late.has(n) || !this.#skipped.some(([from, to]) => from <= n && n <= to)) return false;
    this.#late.add(n);
    return true;
  }

  /** Ranges that never turned up. */
  missing(): readonly (readonly [number, number])[] {
    const ranges: [number, number][] = [];
    for (const [from, to] of this.#skipped) {
      let start = from;
      for (const n of [...this.#late].filter((late) => from <= late && late <= to).sort((a, b) => a - b)) {
        if (n > start) ranges.push([start, n - 1]);
        start = n + 1;
      }
      if (start <= to) ranges.push([start, to]);
    }
    return ranges;
  }

  /** Ranges that turned up too late. */
  late(): readonly (readonly [number, number])[] {
    const ranges: [number, number][] = [];
    for (const n of [...this.#late].sort((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === n - 1) last[1] = n;
      else ranges.push([n, n]);
    }
    return ranges;
  }
}
