import type { SeriesBatch } from '@cortex/contracts';

/** One value as it came in, before it is put into columns. Finite, and within the bounds of a telemetry series. */
export interface CollectedSample extends Readonly<
  Pick<SeriesBatch, 'service' | 'metric' | 'labels' | 'instance' | 'unit'>
> {
  readonly timeMs: number;
  readonly value: number;
}
