import { z } from 'zod';
import { growTree, loadSample, newGrower } from './grow-tree.ts';
import { mapRows, type Matrix } from './matrix.ts';
import { pack32, unpack32 } from '../packed.ts';
import { averagePathLength } from './path-length.ts';
import { quantileOfSorted } from './quantile.ts';
import { shuffleStart, type Random } from './seeded-random.ts';

/** Liu, Ting and Zhou, "Isolation Forest" (2008). Defaults of spec 1.2. */
export interface ForestOptions {
  /** Default 100. */
  readonly trees?: number;
  /** Rows of each tree, drawn without replacement: default 256, at most 4,096. */
  readonly sampleSize?: number;
}

/**
 * Every tree is a full binary tree of one height in heap order (children of node i: 2i + 1 and 2i + 2), so that a walk has
 * no pointers and no test for a leaf. A leaf that lies higher up gives its path length to all the places below it.
 */
export interface IsolationForest {
  readonly trees: number;
  readonly height: number;
  readonly sampleSize: number;
  readonly columns: number;
  /** c(sampleSize), in 32 bits like the path lengths. */
  readonly averagePath: number;
  /** The column that a node looks at, tree after tree. */
  readonly splitColumns: Uint16Array;
  /** A row goes right when its value is at least this. */
  readonly splitValues: Float32Array;
  /** Path lengths at the lowest places, adjusted by c(rows in the leaf). */
  readonly pathLengths: Float32Array;
}

const defaultTrees = 100;
const defaultSampleSize = 256;
const maxSampleSize = 4096;

/** Grows a forest on finite rows. Constant columns are never split on. Throws without rows. */
export function growForest(rows: Matrix, options: ForestOptions, random: Random): IsolationForest {
  if (rows.rows === 0 || rows.columns === 0) throw new RangeError('an isolation forest needs rows');
  const trees = options.trees ?? defaultTrees;
  const sampleSize = Math.min(rows.rows, maxSampleSize, options.sampleSize ?? defaultSampleSize);
  const height = Math.ceil(Math.log2(sampleSize));
  const nodes = 2 ** height - 1;
  const forest: IsolationForest = {
    trees,
    height,
    sampleSize,
    columns: rows.columns,
    averagePath: Math.fround(averagePathLength(sampleSize)),
    splitColumns: new Uint16Array(trees * nodes),
    splitValues: new Float32Array(trees * nodes),
    pathLengths: new Float32Array(trees * (nodes + 1)),
  };
  const order = Int32Array.from({ length: rows.rows }, (_, index) => index);
  const grower = newGrower(sampleSize, rows.columns, height, random);
  for (let tree = 0; tree < trees; tree += 1) {
    shuffleStart(order, sampleSize, random);
    loadSample(grower, rows, order);
    growTree(grower, forest, tree);
  }
  return forest;
}

/** How isolated a row is: 1 at once, 0.5 like the average row, towards 0 only within a cluster (Liu et al. 2008, eq. 2). */
export function forestScore(forest: IsolationForest, row: ArrayLike<number>): number {
  let sum = 0;
  let tree = 0;
  for (; tree + 4 <= forest.trees; tree += 4) sum += fourPathLengths(forest, row, tree);
  for (; tree < forest.trees; tree += 1) sum += pathLength(forest, row, tree);
  return forest.sampleSize === 1 ? 0.5 : 2 ** (-sum / forest.trees / forest.averagePath);
}

function pathLength(
  { height, splitColumns, splitValues, pathLengths }: IsolationForest,
  row: ArrayLike<number>,
  tree: number,
) {
  const nodes = (1 << height) - 1;
  const root = tree * nodes;
  let node = 0;
  for (let depth = 0; depth < height; depth += 1) {
    const goesRight = (row[splitColumns[root + node] as number] as number) >= (splitValues[root + node] as number);
    node = 2 * node + 1 + Number(goesRight);
  }
  // The places below the last nodes follow them in heap order; a tree has one more of these than it has nodes.
  return pathLengths[tree * (nodes + 1) + node - nodes] as number;
}

/** The same for four trees at a time: every step waits for memory, and the four wait together. Twice as fast as one by one. */
function fourPathLengths(
  { height, splitColumns, splitValues, pathLengths }: IsolationForest,
  row: ArrayLike<number>,
  tree: number,
): number {
  const nodes = (1 << height) - 1;
  const root1 = (tree * nodes) | 0;
  const root2 = (root1 + nodes) | 0;
  const root3 = (root2 + nodes) | 0;
  const root4 = (root3 + nodes) | 0;
  let one = root1;
  let two = root2;
  let three = root3;
  let four = root4;
  // With `at` counted from the beginning of all trees, the children of `at` are at 2 at - root + 1 and one further.
  for (let depth = 0; depth < height; depth += 1) {
    const right1 = Number((row[splitColumns[one] as number] as number) >= (splitValues[one] as number)) | 0;
    const right2 = Number((row[splitColumns[two] as number] as number) >= (splitValues[two] as number)) | 0;
    const right3 = Number((row[splitColumns[three] as number] as number) >= (splitValues[three] as number)) | 0;
    const right4 = Number((row[splitColumns[four] as number] as number) >= (splitValues[four] as number)) | 0;
    one = ((one << 1) - root1 + 1 + right1) | 0;
    two = ((two << 1) - root2 + 1 + right2) | 0;
    three = ((three << 1) - root3 + 1 + right3) | 0;
    four = ((four << 1) - root4 + 1 + right4) | 0;
  }
  // Relative to its own root a lowest place is `nodes` and more; the earlier trees have `tree` more places than nodes.
  const shift = (tree - nodes) | 0;
  return (
    (pathLengths[one + shift] as number) +
    (pathLengths[two + shift + 1] as number) +
    (pathLengths[three + shift + 2] as number) +
    (pathLengths[four + shift + 3] as number)
  );
}

/** The score that a share of the rows exceeds: above it, a row counts as an outlier. Spec 1.2: contamination 0.1. */
export function contaminationThreshold(forest: IsolationForest, rows: Matrix, contamination = 0.1): number {
  const scores = mapRows(rows, (row) => forestScore(forest, row)).sort();
  return quantileOfSorted(scores, 1 - contamination);
}

const Saved = z.strictObject({
  trees: z.int().positive(),
  height: z.int().min(0).max(12),
  sampleSize: z.int().positive(),
  columns: z.int().positive(),
  splitColumns: z.string(),
  splitValues: z.string(),
  pathLengths: z.string(),
});
export type SavedForest = z.infer<typeof Saved>;

/** The forest as JSON: restored from it, it scores identically. */
export function saveForest(forest: IsolationForest): SavedForest {
  return {
    trees: forest.trees,
    height: forest.height,
    sampleSize: forest.sampleSize,
    columns: forest.columns,
    splitColumns: pack32(Float32Array.from(forest.splitColumns)),
    splitValues: pack32(forest.splitValues),
    pathLengths: pack32(forest.pathLengths),
  };
}

/** Undoes {@link saveForest}. Throws on anything else. */
export function restoreForest(value: unknown): IsolationForest {
  const { splitColumns, splitValues, pathLengths, ...shape } = Saved.parse(value);
  const nodes = shape.trees * (2 ** shape.height - 1);
  return {
    ...shape,
    averagePath: Math.fround(averagePathLength(shape.sampleSize)),
    splitColumns: Uint16Array.from(unpack32(splitColumns, nodes)),
    splitValues: unpack32(splitValues, nodes),
    pathLengths: unpack32(pathLengths, nodes + shape.trees),
  };
}
