import type { Memory } from '../memory.ts';

const binsPerOctave = 3;
const lowestOctave = -8;
const binCount = 72;
/** Deviations beyond this share of the history are extrapolated. */
const tailShare = 0.02;
/** Before a series has a history of its own it is assumed to be normally distributed, with this many samples' weight. */
const priorWeight = 30;
/** Once this much is counted, all counts are halved: the newest few thousand samples count most. */
const largestTotal = 8_192;
/** Number of the newest deviations that do not count yet. */
const lag = 48;
const pendingRoom = lag + 32;
/** The mean excess over the tail's beginning is at least this share of it, however short the history. */
const leastExcess = 0.08;
const largestSurprise = 50;

/**
 * How rare a deviation is for this series, in −log₁₀ of the share of samples that deviate at least as much. Within the
 * history by rank, beyond its 98 % quantile by an exponential tail (the light form of Siffer et al. 2017, peaks over
 * threshold). A histogram of logarithmic bins: constant work and memory.
 */
export class EmpiricalTail {
  readonly #memory: Memory;
  // Offsets in the memory.
  /** Per bin, how many deviations lie in it or beyond. */
  readonly #above: number;
  /** The bins of the deviations that do not count yet. */
  readonly #pending: number;
  readonly #pendingCount: number;
  readonly #newestBin: number;
  readonly #total: number;
  readonly #tailBegins: number;
  readonly #tailSurprise: number;
  readonly #surprisePerUnit: number;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#above = memory.takeFloats(binCount);
    this.#pending = memory.takeBytes(pendingRoom);
    this.#pendingCount = memory.takeNumbers(1);
    this.#newestBin = memory.takeNumbers(1);
    this.#total = memory.takeNumbers(1);
    this.#tailBegins = memory.takeNumbers(1);
    this.#tailSurprise = memory.takeNumbers(1);
    this.#surprisePerUnit = memory.takeNumbers(1);
    this.#takeIn(prior, 1);
  }

  /** `deviation` is at least 0. From 0 to 50; 2 is the rarest of a hundred. */
  surprise(deviation: number): number {
    const bin = binOf(deviation);
    const { numbers, floats } = this.#memory;
    numbers[this.#newestBin] = bin;
    const beyond = deviation - (numbers[this.#tailBegins] ?? 0);
    if (beyond > 0) {
      const surprise = (numbers[this.#tailSurprise] ?? 0) + beyond * (numbers[this.#surprisePerUnit] ?? 0);
      return Math.min(largestSurprise, surprise);
    }
    const above = floats[this.#above + bin] ?? 0;
    return -Math.log10(Math.max(above, 0.5) / (numbers[this.#total] ?? 0));
  }

  /**
   * Learns the deviation that was just asked about. It counts only some dozens of samples later: otherwise a slow drift
   * would become usual while it grows.
   */
  learn(): void {
    const { numbers, bytes } = this.#memory;
    const pending = (numbers[this.#pendingCount] ?? 0) + 1;
    const total = numbers[this.#total] ?? 0;
    bytes[this.#pending + pending - 1] = numbers[this.#newestBin] ?? 0;
    numbers[this.#pendingCount] = pending;
    const ripe = pending - lag;
    // A sixteenth more changes little, and adding costs a walk over the bins.
    if (pending < pendingRoom && ripe * 16 < total) return;
    ripened.fill(0);
    for (let index = 0; index < ripe; index += 1) {
      const bin = bytes[this.#pending + index] ?? 0;
      ripened[bin] = (ripened[bin] ?? 0) + 1;
    }
    bytes.copyWithin(this.#pending, this.#pending + ripe, this.#pending + pending);
    numbers[this.#pendingCount] = lag;
    this.#takeIn(ripened, total > largestTotal ? 0.5 : 1);
  }

  /** Adds to the counts, keeps this share of the old ones, and fits the tail to them. */
  #takeIn(counts: Float32Array, share: number): void {
    const { numbers, floats } = this.#memory;
    let added = 0;
    for (let bin = binCount - 1; bin >= 0; bin -= 1) {
      added += counts[bin] ?? 0;
      floats[this.#above + bin] = ((floats[this.#above + bin] ?? 0) + added) * share;
    }
    const total = floats[this.#above] ?? 0;
    let tailBin = binCount;
    let mass = 0;
    /** Sum of the deviations in the tail, each counted as the middle of its bin. */
    let sum = 0;
    while (tailBin > 0) {
      const above = floats[this.#above + tailBin - 1] ?? 0;
      if (above > tailShare * total) break;
      tailBin -= 1;
      sum += (above - mass) * (middles[tailBin] ?? 0);
      mass = above;
    }
    const begins = edges[tailBin] ?? 0;
    const meanExcess = Math.max(mass > 0 ? sum / mass - begins : 0, leastExcess * begins);
    numbers[this.#total] = total;
    numbers[this.#tailBegins] = begins;
    numbers[this.#tailSurprise] = -Math.log10(Math.max(mass, 0.5) / total);
    numbers[this.#surprisePerUnit] = Math.LOG10E / meanExcess;
  }
}

const ripened = new Float32Array(binCount);

/** Without a logarithm: the octave is the number of binary digits, and thirds of it are looked up. */
function binOf(deviation: number): number {
  const scaled = deviation / lowestEdge;
  if (!(scaled >= 1)) return 0;
  if (scaled >= highestRatio) return binCount - 1;
  const octave = 31 - Math.clz32(scaled);
  const within = scaled / (1 << octave);
  return binsPerOctave * octave + (within >= third ? 1 : 0) + (within >= twoThirds ? 1 : 0);
}

const lowestEdge = 2 ** lowestOctave;
const highestRatio = 2 ** (binCount / binsPerOctave);
const third = 2 ** (1 / 3);
const twoThirds = 2 ** (2 / 3);

const edges = Float64Array.from({ length: binCount + 1 }, (_, bin) => 2 ** (bin / binsPerOctave + lowestOctave));
const middles = Float64Array.from({ length: binCount }, (_, bin) => 2 ** ((bin + 0.5) / binsPerOctave + lowestOctave));

/** The magnitudes of a standard normal variable, by bins. */
const prior = normalCounts();

function normalCounts(): Float32Array {
  const counts = new Float32Array(binCount);
  for (let bin = 0; bin < binCount; bin += 1) {
    const from = bin === 0 ? 0 : (edges[bin] ?? 0);
    counts[bin] = priorWeight * (normalSurvival(from) - normalSurvival(edges[bin + 1] ?? 0));
  }
  return counts;
}

/** P(|X| ≥ z) of a standard normal X, to three digits: enough for a prior. Abramowitz and Stegun 7.1.25. */
function normalSurvival(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.47047 * x);
  return t * (0.3480242 + t * (-0.0958798 + t * 0.7478556)) * Math.exp(-x * x);
}
