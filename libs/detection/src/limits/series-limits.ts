import { detectionLimited, draft, type EventDraft, type SeriesLimits } from '@cortex/contracts';
import type { Series } from '../series/series.ts';
import { countDistinct, distinctIn, emptyCount } from './distinct-count.ts';
import { findSuspect, type Suspect } from './suspect.ts';

/** A limit that is being met. */
export interface Limited {
  readonly limit: number;
  readonly sinceMs: number;
  lastMs: number;
  saidMs: number | undefined;
  /** Series refused since it was last said. */
  refused: Uint8Array;
}

export type LimitedServices = Map<string, Limited>;

/** What limits look at in a partition. */
export interface LimitedPartition {
  readonly series: ReadonlyMap<string, Series>;
  readonly perService: ReadonlyMap<string, number>;
  readonly limited: LimitedServices;
  readonly clockMs: number;
}

/** The name under which the limit of the partition itself is kept; no service is called so. */
const wholePartition = '';
/** It is said again this often while it lasts, and over when nothing was refused for as long. */
export const saidEveryMs = 60 * 60_000;
/** Services whose limits are kept account of at once; refusals beyond are only counted. */
const maxLimited = 100;

/** Which limit keeps the partition from one more series of a service, and how much that is. Undefined where none does. */
export function limitFor({ series, perService }: LimitedPartition, limits: SeriesLimits, service: string) {
  const limit = limits.services.find((one) => one.service === service)?.series ?? limits.perService;
  if ((perService.get(service) ?? 0) >= limit) return { name: service, limit };
  if (series.size >= limits.perPartition) return { name: wholePartition, limit: limits.perPartition };
  return undefined;
}

/** Takes account of a series that was refused. */
export function noteRefusal(
  { limited, clockMs }: LimitedPartition,
  { name, limit }: { readonly name: string; readonly limit: number },
  key: string,
): void {
  let one = limited.get(name);
  if (one === undefined) {
    if (limited.size >= maxLimited) return;
    one = { limit, sinceMs: clockMs, lastMs: clockMs, saidMs: undefined, refused: emptyCount() };
    limited.set(name, one);
  }
  one.lastMs = clockMs;
  countDistinct(one.refused, key);
}

/** What is to be said of limits: each when it is first met, and then at most once an hour. */
export function sayLimits(state: LimitedPartition): readonly EventDraft[] {
  const { limited, clockMs } = state;
  const drafts: EventDraft[] = [];
  for (const [name, one] of limited) {
    if (one.lastMs < clockMs || (one.saidMs !== undefined && clockMs - one.saidMs < saidEveryMs)) continue;
    drafts.push(toEvent(state, name, one));
    one.saidMs = clockMs;
    one.refused = emptyCount();
  }
  return drafts;
}

/** Forgets limits that have not been met for so long that they would be said anew. */
export function forgetLimits({ limited, clockMs }: LimitedPartition): void {
  for (const [name, { lastMs }] of limited) if (clockMs - lastMs >= saidEveryMs) limited.delete(name);
}

function toEvent({ series }: LimitedPartition, name: string, { limit, sinceMs, refused }: Limited): EventDraft {
  const identities = [...series.values()].map(({ identity }) => identity);
  const isPartition = name === wholePartition;
  const suspect = findSuspect(isPartition ? identities : identities.filter(({ service }) => service === name));
  const service = isPartition ? (suspect?.service ?? 'unknown') : name;
  const refusedSeries = distinctIn(refused);
  return draft(detectionLimited, {
    service,
    key: isPartition ? 'partition' : `service.${name}`,
    data: {
      service,
      scope: isPartition ? 'partition' : 'service',
      limit,
      refusedSeries,
      since: new Date(sinceMs).toISOString(),
      ...(suspect === undefined ? {} : { suspect }),
      explanation: explain(isPartition, service, limit, refusedSeries, suspect),
    },
  });
}

function explain(isPartition: boolean, service: string, limit: number, refused: number, suspect?: Suspect): string {
  const setting = `detection.max_series.${isPartition ? 'partition' : `services.${service}`}`;
  const reached = isPartition
    ? `One partition holds ${limit} series, its limit`
    : `"${service}" has ${limit} series in one partition, its limit`;
  const what = `${reached}; about ${refused} more were refused and are not watched.`;
  if (suspect === undefined) return `${what} Raise ${setting}.`;
  const most = `Most belong to ${suspect.metric} of "${suspect.service}" (${suspect.series} series)`;
  if (suspect.label === undefined) return `${what} ${most}. Send fewer metrics, or raise ${setting}.`;
  const cure = `Drop that label where the metric is made, or raise ${setting}.`;
  return `${what} ${most}, whose label "${suspect.label}" has ${suspect.values} values. ${cure}`;
}
