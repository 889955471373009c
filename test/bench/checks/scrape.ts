/** The samples of a Prometheus text whose name begins with this and whose labels contain all of these. */
export function sumOf(text: string, name: string, ...labels: readonly string[]): number {
  return valuesOf(text, name, ...labels).reduce((sum, value) => sum + value, 0);
}

/** The values of the samples that {@link sumOf} adds up. */
export function valuesOf(text: string, name: string, ...labels: readonly string[]): readonly number[] {
  return samplesOf(text, name, labels).map(([, value]) => value);
}

/**
 * The upper bound, in seconds, of the bucket in which the quantile of what came between two scrapes of a histogram lies.
 * Infinite beyond the last one; NaN when nothing came.
 */
export function quantileBetween(before: string, after: string, name: string, share: number): number {
  const earlier = bucketsOf(before, name);
  const counts = [...bucketsOf(after, name)]
    .map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)] as const)
    .toSorted(([left], [right]) => left - right);
  const total = counts.at(-1)?.[1] ?? 0;
  if (total === 0) return Number.NaN;
  return counts.find(([, count]) => count >= share * total)?.[0] ?? Number.POSITIVE_INFINITY;
}

function bucketsOf(text: string, name: string): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const [line, value] of samplesOf(text, `${name}_bucket`, [])) {
    const bound = /le="([^"]+)"/.exec(line)?.[1] ?? '';
    const seconds = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    buckets.set(seconds, (buckets.get(seconds) ?? 0) + value);
  }
  return buckets;
}

function samplesOf(text: string, name: string, labels: readonly string[]): (readonly [string, number])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.every((label) => line.includes(label)))
    .map((line) => [line, Number(line.slice(line.lastIndexOf(' ') + 1))] as const);
}
