import type { SeriesSample } from '@cortex/contracts';

/** The source of a record or a span. */
export type Source = Readonly<Pick<SeriesSample, 'service' | 'instance'>>;

/** A unique name of the source. */
export function sourceKey({ service, instance }: Source): string {
  return `${service}|${instance ?? ''}`;
}

/** Copies the source out of a larger object. */
export function sourceOf({ service, instance }: Source): Source {
  return instance === undefined ? { service } : { service, instance };
}
