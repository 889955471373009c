import type { Worse } from './direction.ts';
import type { ObservedSample } from './series.ts';

/** Fewer samples than this show no trend. */
const minSamples = 3;

/** A change over the whole span smaller than this share of the usual value is noise. */
const tolerance = 0.1;

/** Kendall's tau: how much the order of the values must agree with time before a slope counts. */
const minAgreement = 0.5;

export interface Trend {
  readonly verdict: 'steady' | 'worsening' | 'no_data';
  readonly samples: number;
  /** Change over the span, by the Theil–Sen slope: the median of the slopes of all pairs. */
  readonly change: number;
}

/**
 * Whether a metric gets worse after the effect. A rise that would not bring it back to its value from before the
 * remediation within another such span is a service that warms up, not one that fails again.
 */
export function trendOf(samples: readonly ObservedSample[], worse: Worse, before: ObservedSample | undefined): Trend {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < minSamples || last.timeMs === first.timeMs) {
    return { verdict: 'no_data', samples: samples.length, change: 0 };
  }
  const { slope, agreement } = theilSen(samples);
  const change = slope * (last.timeMs - first.timeMs);
  const towardsWorse = worse === 'up' ? 1 : -1;
  const usual = median(samples.map(({ value }) => Math.abs(value)));
  const isWorsening =
    change * towardsWorse > tolerance * usual && change !== 0 && agreement * towardsWorse >= minAgreement;
  const returns = before === undefined || (last.value + change - before.value) * towardsWorse >= 0;
  return { verdict: isWorsening && returns ? 'worsening' : 'steady', samples: samples.length, change };
}

/** Keeps the newest sample of each interval. */
export function thinOut(samples: readonly ObservedSample[], intervalMs: number): readonly ObservedSample[] {
  if (intervalMs <= 0) return samples;
  const byInterval = new Map(samples.map((sample) => [Math.floor(sample.timeMs / intervalMs), sample]));
  return [...byInterval.values()];
}

function theilSen(samples: readonly ObservedSample[]): { readonly slope: number; readonly agreement: number } {
  const slopes: number[] = [];
  let order = 0;
  samples.forEach((early, index) => {
    for (const late of samples.slice(index + 1)) {
      if (late.timeMs === early.timeMs) continue;
      slopes.push((late.value - early.value) / (late.timeMs - early.timeMs));
      order += Math.sign(late.value - early.value);
    }
  });
  return { slope: median(slopes), agreement: slopes.length === 0 ? 0 : order / slopes.length };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
