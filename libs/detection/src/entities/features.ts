import { globMatches } from '@cortex/contracts';
import type { Series } from '../series/series.ts';

/** Metrics of one instance that are judged together at most. */
const mostFeatures = 40;

/**
 * Keys of the series that stand for an instance: those whose metric matches an earlier pattern first, then those with
 * fewer labels, up to the limit. Sorted by key.
 */
export function chooseFeatures(series: Iterable<Series>, patterns: readonly string[]): readonly string[] {
  const ranked = [...series]
    .map((one) => ({
      key: one.key,
      rank: patterns.findIndex((pattern) => globMatches(pattern, one.identity.metric)),
      labels: Object.keys(one.identity.labels).length,
      enabled: one.settings.rule.enabled,
    }))
    .filter(({ rank, enabled }) => rank >= 0 && enabled);
  ranked.sort((left, right) => left.rank - right.rank || left.labels - right.labels || compare(left.key, right.key));
  return ranked
    .slice(0, mostFeatures)
    .map(({ key }) => key)
    .sort(compare);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
