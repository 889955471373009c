import { z } from 'zod';
import { pack64, unpack64 } from '../packed.ts';
import { quantileOfSorted } from './quantile.ts';

/** The distribution of raw scores in normal times, in at most 503 numbers. */
export interface Calibration {
  /** Evenly spaced quantiles, ascending, from the least score to the threshold of the tail. */
  readonly body: Float64Array;
  /** The share of scores above the threshold. */
  readonly tailShare: number;
  /** The mean excess of the tail over its threshold: it is taken to be exponential (Siffer et al. 2017 with shape 0). */
  readonly excess: number;
}

const bodyPoints = 501;
const leastTailShare = 0.02;
const leastTailScores = 10;

/** Learns the distribution from scores of normal times; a few outliers among them do little harm. Throws without scores. */
export function fitCalibration(scores: ArrayLike<number>): Calibration {
  if (scores.length === 0) throw new RangeError('a calibration needs scores');
  const sorted = Float64Array.from(scores).sort();
  const tailShare = Math.min(0.5, Math.max(leastTailShare, leastTailScores / sorted.length));
  const threshold = quantileOfSorted(sorted, 1 - tailShare);
  const tail = sorted.filter((score) => score > threshold);
  const meanExcess = tail.reduce((sum, score) => sum + score - threshold, 0) / Math.max(1, tail.length);
  const points = Math.min(bodyPoints, sorted.length);
  const body = Float64Array.from({ length: points }, (_, point) =>
    quantileOfSorted(sorted, ((1 - tailShare) * point) / Math.max(1, points - 1)),
  );
  // Scores that never vary have no tail: then 1 % of their size is taken for it.
  const least = Math.max(0.1 * (threshold - quantileOfSorted(sorted, 0.5)), 0.01 * Math.abs(threshold), 1e-9);
  return { body, tailShare, excess: Math.max(meanExcess, least * 0.1) };
}

/** −ln of the probability of a score so high: 0 for the least score, 0.69 for the median, then without limit. */
export function surpriseOfScore({ body, tailShare, excess }: Calibration, score: number): number {
  const last = body.length - 1;
  const threshold = body[last] as number;
  if (score > threshold) return (score - threshold) / excess - Math.log(tailShare);
  return -Math.log(1 - (1 - tailShare) * (placeOf(body, score) / Math.max(1, last)));
}

/** Where a value lies among ascending ones, interpolated: 0 at the first or before; among equals, at the first of them. */
function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  const below = sorted[low - 1] as number;
  const above = sorted[low] as number;
  return low - 1 + (value - below) / (above - below);
}

/** A score in [0, 1): 0.5 for a surprise of exactly this tail probability, 0 for none at all, monotone between and beyond. */
export function scoreOfSurprise(surprise: number, tailProbability: number): number {
  const ratio = surprise / -Math.log(tailProbability);
  return 1 - 1 / (1 + ratio * ratio);
}

const Saved = z.strictObject({
  points: z.int().min(1).max(bodyPoints),
  body: z.string(),
  tailShare: z.number(),
  excess: z.number(),
});

/** The calibration as JSON: restored from it, it judges identically. */
export function saveCalibration({ body, tailShare, excess }: Calibration): z.infer<typeof Saved> {
  return { points: body.length, body: pack64(body), tailShare, excess };
}

/** Undoes {@link saveCalibration}. Throws on anything else. */
export function restoreCalibration(value: unknown): Calibration {
  const { points, body, ...tail } = Saved.parse(value);
  return { body: unpack64(body, points), ...tail };
}
