import { MachineLearning, seriesKey, type DetectionRule, type JsonRecord, type Playbook } from '@cortex/contracts';
import { z } from 'zod';
import { behaviorMetric, behaviorRule } from './entities/behavior.ts';
import { entityOptions } from './entities/close-row.ts';
import { emptyEntity, restoreEntityOf, saveEntityOf, type Entity } from './entities/entity.ts';
import { ruleFor } from './rule-for.ts';
import {
  createSeries,
  restoreSeries,
  saveSeries,
  type Series,
  type SeriesIdentity,
  type SeriesSettings,
} from './series/series.ts';
import { compileTriggers, triggersFor } from './series/threshold-trigger.ts';

/** The user's configuration, compiled once. */
export interface DetectionSettings {
  settingsFor(identity: SeriesIdentity): SeriesSettings;
  readonly machineLearning: MachineLearning;
}

/** Series of one partition: what is beyond is refused and counted, so that memory and snapshots stay bounded. */
export const maxSeries = 3_000;

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
  machineLearning: MachineLearning = MachineLearning.parse({}),
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  return {
    machineLearning,
    settingsFor(identity) {
      const rule = ruleFor(rules, identity);
      return {
        rule: identity.metric === behaviorMetric ? behaviorRule(rule) : rule,
        triggers: triggersFor(triggers, identity),
      };
    },
  };
}

/** Detection state of one telemetry partition. {@link detect} drives it on. */
export interface PartitionState {
  readonly series: Map<string, Series>;
  /** Keys of the series of each instance by metric, for conditions over several metrics. */
  readonly instances: InstanceIndex;
  /** By instance, as above: what its metrics are like together. */
  readonly entities: Map<string, Entity>;
  /** The latest event time seen; the only clock there is. */
  clockMs: number;
  /** When ended series were last looked for. */
  sweptAtMs: number;
}

type InstanceIndex = Map<string, Map<string, Set<string>>>;

export function emptyPartition(): PartitionState {
  return { series: new Map(), instances: new Map(), entities: new Map(), clockMs: 0, sweptAtMs: 0 };
}

/** Undefined where the partition holds as many series as it may. */
export function findOrCreate(
  settings: DetectionSettings,
  state: PartitionState,
  identity: SeriesIdentity,
): Series | undefined {
  const known = state.series.get(seriesKey(identity));
  if (known !== undefined) return known;
  if (state.series.size >= maxSeries) return undefined;
  const created = createSeries(ownIdentity(identity), settings.settingsFor(identity));
  enrol(state, created);
  return created;
}

/** Nothing but the identity of what may be more, such as a batch. */
function ownIdentity({ service, instance, metric, unit, labels }: SeriesIdentity): SeriesIdentity {
  return {
    service,
    ...(instance === undefined ? {} : { instance }),
    metric,
    ...(unit === undefined ? {} : { unit }),
    labels,
  };
}

function enrol(state: PartitionState, series: Series): void {
  const { key, instanceKey, identity } = series;
  state.series.set(key, series);
  const metrics = state.instances.get(instanceKey) ?? new Map<string, Set<string>>();
  state.instances.set(instanceKey, metrics);
  metrics.set(identity.metric, (metrics.get(identity.metric) ?? new Set()).add(key));
  if (!state.entities.has(instanceKey)) state.entities.set(instanceKey, emptyEntity(instanceKey));
}

/** Forgets a series, and with the last one its instance. */
export function forget(state: PartitionState, { key, instanceKey, identity }: Series): void {
  state.series.delete(key);
  const metrics = state.instances.get(instanceKey);
  metrics?.get(identity.metric)?.delete(key);
  if (metrics?.get(identity.metric)?.size === 0) metrics.delete(identity.metric);
  if (metrics?.size !== 0) return;
  state.instances.delete(instanceKey);
  state.entities.delete(instanceKey);
}

const formVersion = 3;
const Saved = z.strictObject({
  version: z.literal(formVersion),
  clockMs: z.number(),
  sweptAtMs: z.number(),
  series: z.array(z.unknown()),
  entities: z.array(z.unknown()),
});

/** The state as JSON: restored from it, detection goes on identically. */
export function savePartition({ series, entities, clockMs, sweptAtMs }: PartitionState): JsonRecord {
  const saved = {
    version: formVersion,
    clockMs,
    sweptAtMs,
    series: [...series.values()].map(saveSeries),
    entities: [...entities.values()].map(saveEntityOf),
  };
  return saved as unknown as JsonRecord;
}

/** Undoes {@link savePartition}. Throws on anything else, such as the form of another version. */
export function restorePartition(settings: DetectionSettings, value: unknown): PartitionState {
  const saved = Saved.parse(value);
  const restored = saved.series.map((one) => restoreSeries(one, (identity) => settings.settingsFor(identity)));
  const { clockMs, sweptAtMs } = saved;
  const state = { ...emptyPartition(), clockMs, sweptAtMs };
  for (const series of restored) enrol(state, series);
  for (const one of saved.entities) {
    const entity = restoreEntityOf(one, entityOptions(settings.machineLearning));
    state.entities.set(entity.key, entity);
  }
  return state;
}
