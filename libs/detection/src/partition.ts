import { SeriesLimits, type DetectionRule, type JsonRecord, type Playbook } from '@cortex/contracts';
import { z } from 'zod';
import { restoreLimits, SavedLimits, saveLimits } from './limits/limited-form.ts';
import type { LimitedServices } from './limits/series-limits.ts';
import { ruleFor } from './rule-for.ts';
import { restoreSeries, saveSeries, type Series, type SeriesIdentity, type SeriesSettings } from './series/series.ts';
import { compileTriggers, triggersFor } from './series/threshold-trigger.ts';

/** The user's configuration, compiled once. */
export interface DetectionSettings {
  readonly limits: SeriesLimits;
  settingsFor(identity: SeriesIdentity): SeriesSettings;
}

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
  limits: SeriesLimits = SeriesLimits.parse({}),
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  return {
    limits,
    settingsFor: (identity) => ({ rule: ruleFor(rules, identity), triggers: triggersFor(triggers, identity) }),
  };
}

/** Detection state of one telemetry partition. {@link detect} drives it on. */
export interface PartitionState {
  readonly series: Map<string, Series>;
  /** Keys of the series of each instance by metric, for conditions over several metrics. */
  readonly instances: InstanceIndex;
  /** Series of each service. */
  readonly perService: Map<string, number>;
  /** Limits that are being met. */
  readonly limited: LimitedServices;
  /** The latest event time seen; the only clock there is. */
  clockMs: number;
  /** When ended series were last looked for. */
  sweptAtMs: number;
}

type InstanceIndex = Map<string, Map<string, Set<string>>>;

export function emptyPartition(): PartitionState {
  return {
    series: new Map(),
    instances: new Map(),
    perService: new Map(),
    limited: new Map(),
    clockMs: 0,
    sweptAtMs: 0,
  };
}

export function instanceKey({ service, instance }: SeriesIdentity): string {
  return `${service}|${instance ?? ''}`;
}

/** Adds a series, filed under instance and metric too. */
export function addSeries({ series, instances: index, perService }: PartitionState, added: Series): void {
  const { key, identity } = added;
  series.set(key, added);
  perService.set(identity.service, (perService.get(identity.service) ?? 0) + 1);
  const metrics = index.get(instanceKey(identity)) ?? new Map<string, Set<string>>();
  index.set(instanceKey(identity), metrics);
  metrics.set(identity.metric, (metrics.get(identity.metric) ?? new Set()).add(key));
}

export function removeSeries(
  { series, instances: index, perService }: PartitionState,
  { key, identity }: Series,
): void {
  series.delete(key);
  const left = (perService.get(identity.service) ?? 0) - 1;
  if (left > 0) perService.set(identity.service, left);
  else perService.delete(identity.service);
  const metrics = index.get(instanceKey(identity));
  metrics?.get(identity.metric)?.delete(key);
  if (metrics?.get(identity.metric)?.size === 0) metrics.delete(identity.metric);
  if (metrics?.size === 0) index.delete(instanceKey(identity));
}

const formVersion = 2;
const Saved = z.strictObject({
  version: z.literal(formVersion),
  clockMs: z.number(),
  sweptAtMs: z.number(),
  limited: SavedLimits.default([]),
  series: z.array(z.unknown()),
});

/** The state as JSON: restored from it, detection goes on identically. */
export function savePartition({ series, limited, clockMs, sweptAtMs }: PartitionState): JsonRecord {
  const form = { version: formVersion, clockMs, sweptAtMs, limited: saveLimits(limited) };
  const saved = { ...form, series: [...series.values()].map(saveSeries) };
  return saved as unknown as JsonRecord;
}

/** Undoes {@link savePartition}. Throws on anything else, such as the form of another version. */
export function restorePartition(settings: DetectionSettings, value: unknown): PartitionState {
  const saved = Saved.parse(value);
  const restored = saved.series.map((one) => restoreSeries(one, (identity) => settings.settingsFor(identity)));
  const { clockMs, sweptAtMs } = saved;
  const state = { ...emptyPartition(), limited: restoreLimits(saved.limited), clockMs, sweptAtMs };
  for (const series of restored) addSeries(state, series);
  return state;
}
