/** The state of one series: one buffer, seen in three widths. */
export class Page {
  readonly numbers: Float64Array;
  readonly floats: Float32Array;
  readonly bytes: Uint8Array;

  constructor(buffer: ArrayBuffer) {
    this.numbers = new Float64Array(buffer);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}

/**
 * Where each number of the algorithms lies. Their state is not in them but on pages, one per series, all laid out alike; the
 * algorithms see the one that is open. They take their places while they are made, and what they write then is how every
 * page begins.
 */
export class Memory {
  numbers: Float64Array;
  floats: Float32Array;
  bytes: Uint8Array;
  #blank: Page;
  #size = 0;

  constructor() {
    this.#blank = new Page(new ArrayBuffer(1_024));
    ({ numbers: this.numbers, floats: this.floats, bytes: this.bytes } = this.#blank);
  }

  /** Bytes taken so far, in whole 64-bit numbers: what is taken next begins here. */
  get size(): number {
    return this.#size;
  }

  cell(initial = 0): Cell {
    const cell = new Cell(this, this.takeNumbers(1));
    cell.value = initial;
    return cell;
  }

  /** The index in `numbers` of the first of so many. */
  takeNumbers(length: number): number {
    return this.#take(8 * length) / 8;
  }

  /** Likewise in `floats`. */
  takeFloats(length: number): number {
    return this.#take(4 * length) / 4;
  }

  /** Likewise in `bytes`. */
  takeBytes(length: number): number {
    return this.#take(length);
  }

  newPage(): Page {
    return new Page(this.#blank.bytes.slice(0, this.#size).buffer);
  }

  /** Makes a page what it was when it was new. */
  clear({ bytes }: Page): void {
    bytes.set(this.#blank.bytes.subarray(0, bytes.length));
  }

  open({ numbers, floats, bytes }: Page): void {
    this.numbers = numbers;
    this.floats = floats;
    this.bytes = bytes;
  }

  #take(byteLength: number): number {
    const from = this.#size;
    this.#size += 8 * Math.ceil(byteLength / 8);
    if (this.#size > this.bytes.length) {
      const larger = new Page(new ArrayBuffer(2 * this.#size));
      larger.bytes.set(this.bytes);
      this.#blank = larger;
      this.open(larger);
    }
    return from;
  }
}

/** One number of the page that is open. */
export class Cell {
  readonly #memory: Memory;
  readonly #at: number;

  constructor(memory: Memory, at: number) {
    this.#memory = memory;
    this.#at = at;
  }

  get value(): number {
    return this.#memory.numbers[this.#at] ?? Number.NaN;
  }

  set value(value: number) {
    this.#memory.numbers[this.#at] = value;
  }
}
