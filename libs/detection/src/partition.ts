import type { DetectionRule, JsonRecord, Playbook, Service } from '@cortex/contracts';
import { z } from 'zod';
import { emptyMissingData, restoreMissingData, saveMissingData, type MissingData } from './missing/missing-data.ts';
import { compileMissingPolicy, type MissingPolicy, type Sender } from './missing/missing-policy.ts';
import { ruleFor } from './rule-for.ts';
import { restoreSeries, saveSeries, type Series, type SeriesIdentity, type SeriesSettings } from './series/series.ts';
import { compileTriggers, triggersFor } from './series/threshold-trigger.ts';

/** The user's configuration, compiled once. */
export interface DetectionSettings {
  settingsFor(identity: SeriesIdentity): SeriesSettings;
  /** What it means when a sender falls silent; undefined for nothing. */
  missingPolicyFor(sender: Sender): MissingPolicy | undefined;
}

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
  catalogue: readonly Pick<Service, 'name' | 'instances'>[] = [],
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  return {
    settingsFor: (identity) => ({ rule: ruleFor(rules, identity), triggers: triggersFor(triggers, identity) }),
    missingPolicyFor: compileMissingPolicy(rules, catalogue),
  };
}

/** Detection state of one telemetry partition. {@link detect} drives it on. */
export interface PartitionState {
  readonly series: Map<string, Series>;
  /** Keys of the series of each instance by metric, for conditions over several metrics. */
  readonly instances: InstanceIndex;
  /** Who sends, and who has ceased to. */
  readonly missing: MissingData;
  /** The latest event time seen; the only clock there is. */
  clockMs: number;
  /** When ended series were last looked for. */
  sweptAtMs: number;
}

type InstanceIndex = Map<string, Map<string, Set<string>>>;

export function emptyPartition(): PartitionState {
  return { series: new Map(), instances: new Map(), missing: emptyMissingData(), clockMs: 0, sweptAtMs: 0 };
}

export function instanceKey({ service, instance }: SeriesIdentity): string {
  return `${service}|${instance ?? ''}`;
}

/** Files the key of a series under instance and metric. */
export function addToIndex(index: InstanceIndex, { key, identity }: Series): void {
  const metrics = index.get(instanceKey(identity)) ?? new Map<string, Set<string>>();
  index.set(instanceKey(identity), metrics);
  metrics.set(identity.metric, (metrics.get(identity.metric) ?? new Set()).add(key));
}

export function removeFromIndex(index: InstanceIndex, { key, identity }: Series): void {
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
  series: z.array(z.unknown()),
  missing: z.unknown().optional(),
});

/** The state as JSON: restored from it, detection goes on identically. */
export function savePartition({ series, missing, clockMs, sweptAtMs }: PartitionState): JsonRecord {
  const saved = {
    version: formVersion,
    clockMs,
    sweptAtMs,
    series: [...series.values()].map(saveSeries),
    missing: saveMissingData(missing),
  };
  return saved as unknown as JsonRecord;
}

/** Undoes {@link savePartition}. Throws on anything else, such as the form of another version. */
export function restorePartition(settings: DetectionSettings, value: unknown): PartitionState {
  const saved = Saved.parse(value);
  const restored = saved.series.map((one) => restoreSeries(one, (identity) => settings.settingsFor(identity)));
  const { clockMs, sweptAtMs } = saved;
  const state = { ...emptyPartition(), missing: restoreMissingData(saved.missing), clockMs, sweptAtMs };
  for (const series of restored) {
    state.series.set(series.key, series);
    addToIndex(state.instances, series);
  }
  return state;
}
