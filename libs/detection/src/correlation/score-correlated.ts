import { tailScore } from '../scoring/tail-score.ts';
import { maxHops, type Related } from './dependency-graph.ts';
import type { Chances } from './episodes.ts';
import { surpriseOfCount } from './surprise-of-count.ts';

/** This many services at once count although they are not related. */
const leastUnrelated = 3;

/**
 * The correlation of an anomaly, 0 to 1: how surprising its correlated services are, if services had anomalies
 * independently. Computed for the services within one hop, within two, within three, and for all: the chance of this
 * many among all of them, its surprise weighted by 1, 1/2, 1/3 and 1/4, on the scale of every other score. The most
 * surprising counts.
 */
export function scoreCorrelated(
  service: string,
  correlated: Iterable<string>,
  related: ReadonlyMap<string, Related>,
  chances: Chances,
): number {
  const counts = Array.from({ length: maxHops + 1 }, () => 0);
  const expected = Array.from({ length: maxHops + 1 }, () => 0);
  let size = 0;
  for (const other of correlated) {
    size += 1;
    const hops = related.get(other)?.hops;
    if (hops !== undefined) counts[hops] = (counts[hops] ?? 0) + 1;
  }
  if (size === 0) return 0;
  for (const [other, { hops }] of related) expected[hops] = (expected[hops] ?? 0) + chances.of(other);
  let surprise = 0;
  let count = 0;
  let mean = 0;
  for (let hops = 1; hops <= maxHops; hops += 1) {
    count += counts[hops] ?? 0;
    mean += expected[hops] ?? 0;
    surprise = Math.max(surprise, surpriseOfCount(count, mean) / hops);
  }
  if (size >= leastUnrelated) {
    surprise = Math.max(surprise, surpriseOfCount(size, chances.total - chances.of(service)) / (maxHops + 1));
  }
  return tailScore(surprise);
}
