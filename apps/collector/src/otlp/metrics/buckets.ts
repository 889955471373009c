import { Rejection } from '../../rejections.ts';
import type { HistogramPoint } from './request.ts';

/** Counts in buckets between bounds. */
export interface Buckets {
  readonly count: number;
  readonly sum: number | undefined;
  /** One more than bounds, or none at all. */
  readonly counts: readonly number[];
  readonly bounds: readonly number[];
}

export const maxBounds = 256;

/** The buckets of a point, or what is wrong with them. */
export function bucketsOf(name: string, point: HistogramPoint): Buckets | Rejection {
  const bounds = (point.explicitBounds ?? []).map(Number);
  const counts = (point.bucketCounts ?? []).map(Number);
  const count = Number(point.count ?? 0);
  const sum = point.sum === undefined ? undefined : Number(point.sum);
  if (bounds.length > maxBounds) {
    return new Rejection('beyond_limits', `the histogram ${name} has more than ${maxBounds} bounds`);
  }
  const isSound =
    (counts.length === bounds.length + 1 || (counts.length === 0 && bounds.length === 0)) &&
    [...counts, count].every((value) => Number.isFinite(value) && value >= 0) &&
    bounds.every((bound, index) => Number.isFinite(bound) && bound > (bounds[index - 1] ?? Number.NEGATIVE_INFINITY)) &&
    Number.isFinite(sum ?? 0);
  return isSound
    ? { count, sum, counts, bounds }
    : new Rejection('bad_histogram', `the buckets of ${name} make no histogram`);
}

/** The counts since an earlier reading; all of them where the counter was reset, or the bounds changed. */
export function increaseOf(before: Buckets, now: Buckets): Buckets {
  const isSameForm =
    before.bounds.length === now.bounds.length && now.bounds.every((bound, index) => bound === before.bounds[index]);
  const hasGrown =
    now.count >= before.count && now.counts.every((count, index) => count >= (before.counts[index] ?? 0));
  if (!isSameForm || !hasGrown) return now;
  return {
    count: now.count - before.count,
    sum: now.sum === undefined || before.sum === undefined ? undefined : now.sum - before.sum,
    counts: now.counts.map((count, index) => count - (before.counts[index] ?? 0)),
    bounds: now.bounds,
  };
}

/**
 * A quantile, assuming an even distribution within each bucket, as Prometheus' `histogram_quantile` does: the first
 * bucket begins at zero unless it ends below, and beyond the last bound the bound itself is the result.
 */
export function quantileOf({ counts, bounds }: Buckets, quantile: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const last = bounds.at(-1);
  if (total === 0 || last === undefined) return undefined;
  let left = quantile * total;
  for (const [index, upper] of bounds.entries()) {
    const count = counts[index] ?? 0;
    if (count > 0 && left <= count) {
      const lower = bounds[index - 1] ?? Math.min(0, upper);
      return lower + (upper - lower) * (left / count);
    }
    left -= count;
  }
  return last;
}
