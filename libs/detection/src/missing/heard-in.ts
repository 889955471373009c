import type { SeriesBatch } from '@cortex/contracts';
import type { Heard } from './missing-data.ts';

/** The senders in one telemetry event: those of series with accepted samples, and how many. */
export function heardIn(
  series: readonly Pick<SeriesBatch, 'service' | 'instance'>[],
  taken: ArrayLike<number>,
): readonly Heard[] {
  const heard: { service: string; instance: string | undefined; samples: number }[] = [];
  for (const [index, { service, instance }] of series.entries()) {
    const samples = taken[index] ?? 0;
    if (samples === 0) continue;
    const last = heard.at(-1);
    // Series of one sender usually follow each other.
    if (last !== undefined && last.service === service && last.instance === instance) last.samples += samples;
    else heard.push({ service, instance, samples });
  }
  return heard;
}
