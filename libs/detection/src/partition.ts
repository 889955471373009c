import { seriesKey } from '@cortex/contracts';
import { emptyEntity, type Entity } from './entities/entity.ts';
import { limitFor, noteRefusal, type LimitedServices } from './limits/series-limits.ts';
import { emptyMissingData, type MissingData } from './missing/missing-data.ts';
import type { SeriesIdentity } from './identity.ts';
import { createSeries, type Series } from './series/series.ts';
import type { DetectionSettings } from './settings.ts';

/** Detection state of one telemetry partition. `detect` changes it in place. */
export interface PartitionState {
  readonly series: Map<string, Series>;
  /** Keys of the series of each instance by metric, for conditions over several metrics. */
  readonly instances: Map<string, Map<string, Set<string>>>;
  /** By instance, as above: the joint behaviour of its metrics. */
  readonly entities: Map<string, Entity>;
  /** Series of each service. */
  readonly perService: Map<string, number>;
  /** Exceeded limits. */
  readonly limited: LimitedServices;
  /** The senders, and which of them have stopped. */
  readonly missing: MissingData;
  /** The latest event time seen; the only clock of the partition. */
  clockMs: number;
  /** When ended series were last looked for. */
  sweptAtMs: number;
}

/** Instances of one partition whose metrics are judged together: each takes up to a megabyte. */
const mostEntities = 100;

export function emptyPartition(): PartitionState {
  return {
    series: new Map(),
    instances: new Map(),
    entities: new Map(),
    perService: new Map(),
    limited: new Map(),
    missing: emptyMissingData(),
    clockMs: 0,
    sweptAtMs: 0,
  };
}

/** Undefined where the service, or the partition, holds as many series as it may. */
export function findOrCreate(
  settings: DetectionSettings,
  state: PartitionState,
  identity: SeriesIdentity,
): Series | undefined {
  const key = seriesKey(identity);
  const known = state.series.get(key);
  if (known !== undefined) return known;
  const limit = limitFor(state, settings.limits, identity.service);
  if (limit !== undefined) {
    noteRefusal(state, limit, key);
    return undefined;
  }
  const created = createSeries(ownIdentity(identity), settings.settingsFor(identity));
  addSeries(state, created);
  return created;
}

/** Copies the identity out of what may be a larger object, such as a batch. */
function ownIdentity({ service, instance, metric, unit, labels }: SeriesIdentity): SeriesIdentity {
  return {
    service,
    ...(instance === undefined ? {} : { instance }),
    metric,
    ...(unit === undefined ? {} : { unit }),
    labels,
  };
}

/** Adds a series, also to the indexes by service and instance. */
export function addSeries(state: PartitionState, series: Series): void {
  const { key, instanceKey, identity } = series;
  state.series.set(key, series);
  state.perService.set(identity.service, (state.perService.get(identity.service) ?? 0) + 1);
  const metrics = state.instances.get(instanceKey) ?? new Map<string, Set<string>>();
  state.instances.set(instanceKey, metrics);
  metrics.set(identity.metric, (metrics.get(identity.metric) ?? new Set()).add(key));
  if (state.entities.size < mostEntities && !state.entities.has(instanceKey)) {
    state.entities.set(instanceKey, emptyEntity(instanceKey));
  }
}

/** Removes a series, and with the last one its instance. */
export function removeSeries(state: PartitionState, { key, instanceKey, identity }: Series): void {
  state.series.delete(key);
  const left = (state.perService.get(identity.service) ?? 0) - 1;
  if (left > 0) state.perService.set(identity.service, left);
  else state.perService.delete(identity.service);
  const metrics = state.instances.get(instanceKey);
  metrics?.get(identity.metric)?.delete(key);
  if (metrics?.get(identity.metric)?.size === 0) metrics.delete(identity.metric);
  if (metrics?.size !== 0) return;
  state.instances.delete(instanceKey);
  state.entities.delete(instanceKey);
}
