import { detectionLimited, draft, type EventDraft, type SeriesLimits } from '@cortex/contracts';
import type { Series } from '../series/series.ts';
import { countDistinct, distinctIn, emptyCount } from './distinct-count.ts';
import { findSuspect, type Suspect } from './suspect.ts';

/** A limit that is exceeded. */
export interface Limited {
  readonly limit: number;
  readonly sinceMs: number;
  lastMs: number;
  saidMs: number | undefined;
  /** Series refused since the last report. */
  refused: Uint8Array;
}

export type LimitedServices = Map<string, Limited>;

/** The part of a partition that limits need. */
export interface LimitedPartition {
  readonly series: ReadonlyMap<string, Series>;
  readonly perService: ReadonlyMap<string, number>;
  readonly limited: LimitedServices;
  readonly clockMs: number;
}

/** The name under which the limit of the partition itself is kept; no service has this name. */
const wholePartition = '';
/** A limit is reported again this often while series are refused, and ends after as long without a refusal. */
export const saidEveryMs = 60 * 60_000;
/** Exceeded limits tracked at once; refusals beyond are only counted. */
const maxLimited = 100;

/** The limit that keeps the partition from one more series of a service. Undefined when there is room. */
export function limitFor({ series, perService }: LimitedPartition, limits: SeriesLimits, service: string) {
  const limit = limits.services.find((one) => one.service === service)?.series ?? limits.perService;
  if ((perService.get(service) ?? 0) >= limit) return { name: service, limit };
  if (series.size >= limits.perPartition) return { name: wholePartition, limit: limits.perPartition };
  return undefined;
}

/** Counts a refused series. */
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

/** The events about limits: each when it is first exceeded, and then at most once an hour. */
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

/** Removes limits without refusals for so long that they would be reported anew. */
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
