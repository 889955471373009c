import type { Matrix } from './matrix.ts';
import { averagePathLength } from './path-length.ts';
import type { Random } from './seeded-random.ts';

/** Where a tree is written: the arrays of a forest, its own part of them beginning at `tree`. */
export interface TreeArrays {
  readonly height: number;
  readonly splitColumns: Uint16Array;
  readonly splitValues: Float32Array;
  readonly pathLengths: Float32Array;
}

/** What growing a tree needs, allocated once for all trees of a forest. */
export interface Grower {
  readonly random: Random;
  readonly sampleSize: number;
  /** The rows of the tree, one after the other. */
  readonly sample: Float32Array;
  /** Where the rows of the nodes begin in `sample`: those of node i are at `starts[i]` up to `ends[i]`, at even depths in the first array, else in the second. */
  readonly members: readonly [Int32Array, Int32Array];
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** All columns, in the order of the last draw. */
  readonly columns: Int32Array;
  /** The least and the greatest value of the column just drawn. */
  readonly range: Float64Array;
  /** c(n) of up to `sampleSize` rows. */
  readonly adjustments: Float64Array;
}

export function newGrower(sampleSize: number, columns: number, height: number, random: Random): Grower {
  return {
    random,
    sampleSize,
    sample: new Float32Array(sampleSize * columns),
    members: [new Int32Array(sampleSize), new Int32Array(sampleSize)],
    starts: new Int32Array(2 ** (height + 1)),
    ends: new Int32Array(2 ** (height + 1)),
    columns: Int32Array.from({ length: columns }, (_, index) => index),
    range: new Float64Array(2),
    adjustments: Float64Array.from({ length: sampleSize + 1 }, (_, rows) => averagePathLength(rows)),
  };
}

/** Takes the rows named first in `order` as the sample of the next tree. */
export function loadSample({ sample, sampleSize, members: [members] }: Grower, rows: Matrix, order: Int32Array): void {
  const { columns, data } = rows;
  let at = 0;
  for (let place = 0; place < sampleSize; place += 1) {
    const from = (order[place] as number) * columns;
    members[place] = at;
    for (let column = 0; column < columns; column += 1, at += 1) sample[at] = data[from + column] as number;
  }
}

/** Splits breadth first down to the height limit (Liu et al. 2008, algorithm 2); columns constant in a node are passed over. */
export function growTree(
  grower: Grower,
  { height, splitColumns, splitValues, pathLengths }: TreeArrays,
  tree: number,
): void {
  const { starts, ends, adjustments } = grower;
  const nodes = (1 << height) - 1;
  starts.fill(0);
  ends.fill(0);
  ends[0] = grower.sampleSize;
  let node = 0;
  for (let depth = 0; depth <= height; depth += 1) {
    const [members, next] = depth % 2 === 0 ? grower.members : [grower.members[1], grower.members[0]];
    const below = 1 << (height - depth);
    const width = 1 << depth;
    for (let place = 0; place < width; place += 1, node += 1) {
      const start = starts[node] as number;
      const end = ends[node] as number;
      if (start === end) continue; // below a leaf
      const column = depth === height || end - start === 1 ? -1 : drawColumn(grower, members, start, end);
      if (column === -1) {
        const leaf = tree * (nodes + 1) + place * below;
        const path = depth + (adjustments[end - start] as number);
        // A loop, because it is nearly always one place, and the call of fill() costs more.
        for (let index = leaf; index < leaf + below; index += 1) pathLengths[index] = path;
        continue;
      }
      const value = drawSplit(grower);
      const middle = partition(grower, members, next, column, value, start, end);
      splitColumns[tree * nodes + node] = column;
      splitValues[tree * nodes + node] = value;
      starts[2 * node + 1] = start;
      ends[2 * node + 1] = middle;
      starts[2 * node + 2] = middle;
      ends[2 * node + 2] = end;
    }
  }
}

/**
 * A column that is not constant among some rows, all such columns being equally likely; -1 when there is none. Leaves its
 * least and greatest value in `range`.
 */
function drawColumn(grower: Grower, members: Int32Array, start: number, end: number): number {
  const { columns, sample, range, random } = grower;
  for (let left = columns.length; left > 0; left -= 1) {
    const drawn = (random() * left) | 0;
    const column = columns[drawn] as number;
    let low = sample[(members[start] as number) + column] as number;
    let high = low;
    for (let index = start + 1; index < end; index += 1) {
      const value = sample[(members[index] as number) + column] as number;
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
    if (low < high) {
      range[0] = low;
      range[1] = high;
      return column;
    }
    columns[drawn] = columns[left - 1] as number;
    columns[left - 1] = column;
  }
  return -1;
}

/** Between the least and the greatest value, such that at least one row falls on either side. */
function drawSplit({ range, random }: Grower): number {
  const low = range[0] as number;
  const high = range[1] as number;
  const share = random();
  const split = Math.fround(low * (1 - share) + high * share);
  return split > low && split <= high ? split : high;
}

/**
 * Copies the rows of a node, those below the split to the front and the others to the back, and returns where these begin.
 * Both ends are written and only one is kept: a jump on random data would cost more.
 */
function partition(
  { sample }: Grower,
  from: Int32Array,
  to: Int32Array,
  column: number,
  split: number,
  start: number,
  end: number,
): number {
  let low = start;
  let high = end - 1;
  for (let index = start; index < end; index += 1) {
    const member = from[index] as number;
    const isBelow = Number((sample[member + column] as number) < split) | 0;
    to[low] = member;
    to[high] = member;
    low = (low + isBelow) | 0;
    high = (high - 1 + isBelow) | 0;
  }
  return low;
}
