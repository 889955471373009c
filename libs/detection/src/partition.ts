import {
  MachineLearning,
  SeriesLimits,
  seriesKey,
  type CortexConfiguration,
  type DetectionRule,
  type JsonRecord,
  type Playbook,
} from '@cortex/contracts';
import { z } from 'zod';
import { behaviorMetric, behaviorRule } from './entities/behavior.ts';
import { entityOptions } from './entities/close-row.ts';
import { emptyEntity, restoreEntityOf, saveEntityOf, type Entity } from './entities/entity.ts';
import { restoreLimits, SavedLimits, saveLimits } from './limits/limited-form.ts';
import { limitFor, noteRefusal, type LimitedServices } from './limits/series-limits.ts';
import { defaultRule, ruleFor } from './rule-for.ts';
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
  readonly limits: SeriesLimits;
  settingsFor(identity: SeriesIdentity): SeriesSettings;
  readonly machineLearning: MachineLearning;
}

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
  { seriesLimits, machineLearning }: Partial<Pick<CortexConfiguration, 'seriesLimits' | 'machineLearning'>> = {},
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  const behaviorRules = new Map([...rules, defaultRule].map((rule) => [rule, behaviorRule(rule)]));
  return {
    limits: seriesLimits ?? SeriesLimits.parse({}),
    machineLearning: machineLearning ?? MachineLearning.parse({}),
    settingsFor(identity) {
      const rule = ruleFor(rules, identity);
      return {
        rule: (identity.metric === behaviorMetric ? behaviorRules.get(rule) : undefined) ?? rule,
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
  /** Series of each service. */
  readonly perService: Map<string, number>;
  /** Limits that are being met. */
  readonly limited: LimitedServices;
  /** The latest event time seen; the only clock there is. */
  clockMs: number;
  /** When ended series were last looked for. */
  sweptAtMs: number;
}

/** Instances of one partition whose metrics are judged together: each takes up to a megabyte. */
const mostEntities = 100;

type InstanceIndex = Map<string, Map<string, Set<string>>>;

export function emptyPartition(): PartitionState {
  return {
    series: new Map(),
    instances: new Map(),
    entities: new Map(),
    perService: new Map(),
    limited: new Map(),
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

/** Adds a series, filed under its service and instance too. */
function addSeries(state: PartitionState, series: Series): void {
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

/** Forgets a series, and with the last one its instance. */
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

const formVersion = 3;
const Saved = z.strictObject({
  version: z.literal(formVersion),
  clockMs: z.number(),
  sweptAtMs: z.number(),
  limited: SavedLimits.default([]),
  series: z.array(z.unknown()),
  entities: z.array(z.unknown()),
});

/** The state as JSON: restored from it, detection goes on identically. */
export function savePartition({ series, entities, limited, clockMs, sweptAtMs }: PartitionState): JsonRecord {
  const saved = {
    version: formVersion,
    clockMs,
    sweptAtMs,
    limited: saveLimits(limited),
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
  const state = { ...emptyPartition(), limited: restoreLimits(saved.limited), clockMs, sweptAtMs };
  for (const one of saved.entities) {
    const entity = restoreEntityOf(one, entityOptions(settings.machineLearning));
    state.entities.set(entity.key, entity);
  }
  for (const series of restored) addSeries(state, series);
  return state;
}
