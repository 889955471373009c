import type { Memory } from '../memory.ts';

const centroids = 6;
/**
 * The most that a byte holds. Once a centroid weighs more, all of its slot are halved: the newest hundreds of values
 * count most.
 */
const largestWeight = 255;

/**
 * The distribution of values in each of several slots: up to six weighted centroids a slot, in order (a very small t-digest,
 * Dunning 2019). Sketches of several slots merge into one.
 */
export class SlotSketches {
  readonly #memory: Memory;
  readonly #means: number;
  readonly #weights: number;

  constructor(memory: Memory, slots: number) {
    this.#memory = memory;
    this.#means = memory.takeFloats(slots * centroids);
    this.#weights = memory.takeBytes(slots * centroids);
  }

  weight(slot: number): number {
    const weights = this.#weights + slot * centroids;
    let sum = 0;
    for (let index = 0; index < centroids; index += 1) sum += this.#memory.bytes[weights + index] ?? 0;
    return sum;
  }

  push(slot: number, value: number): void {
    const { floats, bytes } = this.#memory;
    const means = this.#means + slot * centroids;
    const weights = this.#weights + slot * centroids;
    // Into the scratch array, in order, the new value among them.
    let size = 0;
    let isPlaced = false;
    for (let index = 0; index < centroids; index += 1) {
      const weight = bytes[weights + index] ?? 0;
      if (weight === 0) break;
      const mean = floats[means + index] ?? 0;
      if (!isPlaced && value <= mean) {
        scratchMeans[size] = value;
        scratchWeights[size] = 1;
        size += 1;
        isPlaced = true;
      }
      scratchMeans[size] = mean;
      scratchWeights[size] = weight;
      size += 1;
    }
    if (!isPlaced) {
      scratchMeans[size] = value;
      scratchWeights[size] = 1;
      size += 1;
    }
    if (size > centroids) size = mergeClosest(size);
    let heaviest = 0;
    for (let index = 0; index < size; index += 1) heaviest = Math.max(heaviest, scratchWeights[index] ?? 0);
    const share = heaviest > largestWeight ? 0.5 : 1;
    for (let index = 0; index < size; index += 1) {
      floats[means + index] = scratchMeans[index] ?? 0;
      bytes[weights + index] = Math.ceil((scratchWeights[index] ?? 0) * share);
    }
  }

  /** The values at these quantiles of the slots' values together. */
  quantiles(slots: readonly number[], shares: readonly number[]): number[] {
    const points: { readonly mean: number; readonly weight: number }[] = [];
    let total = 0;
    for (const slot of slots) {
      for (let index = slot * centroids; index < (slot + 1) * centroids; index += 1) {
        const weight = this.#memory.bytes[this.#weights + index] ?? 0;
        if (weight === 0) break;
        points.push({ mean: this.#memory.floats[this.#means + index] ?? 0, weight });
        total += weight;
      }
    }
    points.sort((left, right) => left.mean - right.mean);
    return shares.map((share) => interpolate(points, share * total));
  }
}

const scratchMeans = new Float64Array(centroids + 1);
const scratchWeights = new Float64Array(centroids + 1);

/** Merges the two neighbours that change the distribution least: light ones that are close. Returns the new size. */
function mergeClosest(size: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index + 1 < size; index += 1) {
    const left = scratchWeights[index] ?? 0;
    const right = scratchWeights[index + 1] ?? 0;
    const cost = (left * right * ((scratchMeans[index + 1] ?? 0) - (scratchMeans[index] ?? 0))) / (left + right);
    if (cost < least) {
      least = cost;
      best = index;
    }
  }
  const left = scratchWeights[best] ?? 0;
  const right = scratchWeights[best + 1] ?? 0;
  const mean = ((scratchMeans[best] ?? 0) * left + (scratchMeans[best + 1] ?? 0) * right) / (left + right);
  scratchMeans.copyWithin(best, best + 1, size);
  scratchWeights.copyWithin(best, best + 1, size);
  scratchMeans[best] = mean;
  scratchWeights[best] = left + right;
  return size - 1;
}

/** Linear between the middles of the centroids; beyond the outermost ones it is their mean. */
function interpolate(points: readonly { readonly mean: number; readonly weight: number }[], target: number): number {
  let below = 0;
  let previous: { readonly at: number; readonly mean: number } | undefined;
  for (const { mean, weight } of points) {
    const at = below + weight / 2;
    if (target <= at) {
      if (previous === undefined) return mean;
      return previous.mean + ((mean - previous.mean) * (target - previous.at)) / (at - previous.at);
    }
    below += weight;
    previous = { at, mean };
  }
  return previous?.mean ?? Number.NaN;
}
