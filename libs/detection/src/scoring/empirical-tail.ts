import { pack8, pack32, unpack8, unpack32 } from '../packed.ts';

const binsPerOctave = 3;
const lowestOctave = -8;
const binCount = 72;
/** Deviations beyond this share of the history are extrapolated. */
const tailShare = 0.02;
/** Before a series has a history of its own it is taken for a normal one, with this many samples' weight. */
const priorWeight = 30;
/** Once so much is remembered, all of it is halved: the newest few thousand samples count most. */
const largestTotal = 8_192;
/** Deviations that wait before they count. */
const lag = 48;
const pendingRoom = lag + 32;
const pendingFrom = 2 * binCount;
/** The mean excess over the tail's beginning is at least this share of it, however short the history. */
const leastExcess = 0.08;
const largestSurprise = 50;

/**
 * How rare a deviation is for this very series, in −log₁₀ of the share of samples that deviate at least as much. Within the
 * history by rank, beyond its 98 % quantile by an exponential tail (the light form of Siffer et al. 2017, peaks over
 * threshold). A histogram of logarithmic bins: constant work and memory.
 */
export class EmpiricalTail {
  /**
   * In one piece, as pieces cost more than what is in them: counts of the bins, the surprise at the lower edge of each,
   * and the bins of the deviations that do not count yet.
   */
  readonly #numbers = new Float32Array(pendingFrom + pendingRoom);
  #pendingCount = 0;
  #newestBin = 0;
  #total = 0;
  #tailBegins = 0;
  #tailSurprise = 0;
  #surprisePerUnit = 0;

  /** Goes on from what `save` gave, to the bit. */
  constructor(saved?: string) {
    const [packed = '', pending = ''] = saved?.split(' ') ?? [];
    const counts = saved === undefined ? prior : unpack32(packed);
    if (counts.length !== binCount) throw new RangeError('a saved tail of another form');
    this.#numbers.set(counts);
    const bins = unpack8(pending);
    this.#numbers.set(bins, pendingFrom);
    this.#pendingCount = bins.length;
    this.#fit();
  }

  /** `deviation` is at least 0. From 0 to 50; 2 is the rarest of a hundred. */
  surprise(deviation: number): number {
    const bin = binOf(deviation);
    this.#newestBin = bin;
    if (deviation > this.#tailBegins) {
      return Math.min(largestSurprise, this.#tailSurprise + (deviation - this.#tailBegins) * this.#surprisePerUnit);
    }
    return this.#numbers[binCount + bin] ?? 0;
  }

  /**
   * Takes in the deviation that was just asked about. It counts only some dozens of samples later: else a slow drift would
   * become usual while it grows.
   */
  learn(): void {
    const numbers = this.#numbers;
    numbers[pendingFrom + this.#pendingCount] = this.#newestBin;
    this.#pendingCount += 1;
    const ripe = this.#pendingCount - lag;
    // A sixteenth more changes little, and a fit costs a walk over the bins.
    if (this.#pendingCount < pendingRoom && ripe * 16 < this.#total) return;
    for (let index = 0; index < ripe; index += 1) {
      const bin = numbers[pendingFrom + index] ?? 0;
      numbers[bin] = (numbers[bin] ?? 0) + 1;
    }
    numbers.copyWithin(pendingFrom, pendingFrom + ripe, pendingFrom + this.#pendingCount);
    this.#pendingCount = lag;
    if (this.#total > largestTotal) {
      for (let bin = 0; bin < binCount; bin += 1) numbers[bin] = (numbers[bin] ?? 0) / 2;
    }
    this.#fit();
  }

  save(): string {
    const pending = this.#numbers.subarray(pendingFrom, pendingFrom + this.#pendingCount);
    return `${pack32(this.#numbers.subarray(0, binCount))} ${pack8(Uint8Array.from(pending))}`;
  }

  #fit(): void {
    const numbers = this.#numbers;
    let total = 0;
    for (let bin = 0; bin < binCount; bin += 1) total += numbers[bin] ?? 0;
    let above = 0;
    let tailBin = binCount;
    for (let bin = binCount - 1; bin >= 0; bin -= 1) {
      above += numbers[bin] ?? 0;
      numbers[binCount + bin] = -Math.log10(Math.max(above, 0.5) / total);
      if (above <= tailShare * total) tailBin = bin;
    }
    const begins = edges[tailBin] ?? 0;
    let mass = 0;
    let excess = 0;
    for (let bin = tailBin; bin < binCount; bin += 1) {
      const count = numbers[bin] ?? 0;
      mass += count;
      excess += count * ((middles[bin] ?? 0) - begins);
    }
    const meanExcess = Math.max(mass > 0 ? excess / mass : 0, leastExcess * begins);
    this.#total = total;
    this.#tailBegins = begins;
    this.#tailSurprise = -Math.log10(Math.max(mass, 0.5) / total);
    this.#surprisePerUnit = Math.LOG10E / meanExcess;
  }
}

function binOf(deviation: number): number {
  if (!(deviation > 0)) return 0;
  const bin = Math.floor((Math.log2(deviation) - lowestOctave) * binsPerOctave);
  return bin < 0 ? 0 : Math.min(bin, binCount - 1);
}

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
