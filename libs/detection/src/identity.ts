import type { SeriesBatch } from '@cortex/contracts';

/** The identity of a series. */
export type SeriesIdentity = Readonly<Pick<SeriesBatch, 'service' | 'metric' | 'labels' | 'instance' | 'unit'>>;
