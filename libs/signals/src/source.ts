import type { SeriesSample } from '@cortex/contracts';

/** Whom a record or a span is of. */
export type Source = Readonly<Pick<SeriesSample, 'service' | 'instance'>>;

/** A name for it that no other has. */
export function sourceKey({ service, instance }: Source): string {
  return `${service}|${instance ?? ''}`;
}

/** The same, and nothing else. */
export function sourceOf({ service, instance }: Source): Source {
  return instance === undefined ? { service } : { service, instance };
}
