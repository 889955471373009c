/** The state of one series: one buffer, seen in three widths. */
export class MemoryBlock {
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
 * The memory layout of the algorithms. Their state is not in them but in blocks of memory, one per series, all of one
 * layout; the algorithms work on the open one. They allocate at their creation, and the values that they write then are
 * the initial values of every block.
 */
export class Memory {
  numbers: Float64Array;
  floats: Float32Array;
  bytes: Uint8Array;
  #blank: MemoryBlock;
  #size = 0;

  constructor() {
    this.#blank = new MemoryBlock(new ArrayBuffer(1_024));
    ({ numbers: this.numbers, floats: this.floats, bytes: this.bytes } = this.#blank);
  }

  /** Bytes allocated so far, in whole 64-bit numbers: the next allocation begins here. */
  get size(): number {
    return this.#size;
  }

  cell(initial = 0): Cell {
    const cell = new Cell(this, this.takeNumbers(1));
    cell.value = initial;
    return cell;
  }

  /** The index in `numbers` of the first of `length` numbers. */
  takeNumbers(length: number): number {
    return this.#take(8 * length) / 8;
  }

  /** The same in `floats`. */
  takeFloats(length: number): number {
    return this.#take(4 * length) / 4;
  }

  /** The same in `bytes`. */
  takeBytes(length: number): number {
    return this.#take(length);
  }

  newPage(): MemoryBlock {
    return new MemoryBlock(this.#blank.bytes.slice(0, this.#size).buffer);
  }

  /** Resets a block to its initial values. */
  clear({ bytes }: MemoryBlock): void {
    bytes.set(this.#blank.bytes.subarray(0, bytes.length));
  }

  open({ numbers, floats, bytes }: MemoryBlock): void {
    this.numbers = numbers;
    this.floats = floats;
    this.bytes = bytes;
  }

  #take(byteLength: number): number {
    const from = this.#size;
    this.#size += 8 * Math.ceil(byteLength / 8);
    if (this.#size > this.bytes.length) {
      const larger = new MemoryBlock(new ArrayBuffer(2 * this.#size));
      larger.bytes.set(this.bytes);
      this.#blank = larger;
      this.open(larger);
    }
    return from;
  }
}

/** One number of the open block. */
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
