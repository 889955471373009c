import type { DetectionRule, JsonRecord, Playbook } from '@cortex/contracts';
import { z } from 'zod';
import { ruleFor } from './rule-for.ts';
import { restoreSeries, saveSeries, type Series, type SeriesIdentity, type SeriesSettings } from './series/series.ts';
import { compileTriggers, triggersFor } from './series/threshold-trigger.ts';

/** The user's configuration, compiled once. */
export interface DetectionSettings {
  settingsFor(identity: SeriesIdentity): SeriesSettings;
}

export function compileDetection(
  rules: readonly DetectionRule[],
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
): DetectionSettings {
  const triggers = compileTriggers(playbooks);
  return {
    settingsFor: (identity) => ({ rule: ruleFor(rules, identity), triggers: triggersFor(triggers, identity) }),
  };
}

/** Detection state of one telemetry partition. Never changed in place by {@link detect}. */
export interface PartitionState {
  readonly series: ReadonlyMap<string, Series>;
  /** Keys of the series of each instance by metric, for conditions over several metrics. */
  readonly instances: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** The latest event time seen; the only clock there is. */
  readonly clockMs: number;
  /** When ended series were last looked for. */
  readonly sweptAtMs: number;
}

export const emptyPartition: PartitionState = { series: new Map(), instances: new Map(), clockMs: 0, sweptAtMs: 0 };

export function instanceKey({ service, instance }: SeriesIdentity): string {
  return `${service}|${instance ?? ''}`;
}

/** Files the keys of series under instance and metric. */
export function indexByInstance(series: Iterable<Series>): PartitionState['instances'] {
  const instances = new Map<string, Map<string, string[]>>();
  for (const { key, identity } of series) {
    const metrics = instances.get(instanceKey(identity)) ?? new Map<string, string[]>();
    metrics.set(identity.metric, [...(metrics.get(identity.metric) ?? []), key]);
    instances.set(instanceKey(identity), metrics);
  }
  return instances;
}

const formVersion = 1;
const Saved = z.strictObject({
  version: z.literal(formVersion),
  clockMs: z.number(),
  sweptAtMs: z.number(),
  series: z.array(z.unknown()),
});

/** The state as JSON: restored from it, detection goes on identically. */
export function savePartition({ series, clockMs, sweptAtMs }: PartitionState): JsonRecord {
  const saved = { version: formVersion, clockMs, sweptAtMs, series: [...series.values()].map(saveSeries) };
  return saved as unknown as JsonRecord;
}

/** Undoes {@link savePartition}. Throws on anything else, such as the form of another version. */
export function restorePartition(settings: DetectionSettings, value: unknown): PartitionState {
  const saved = Saved.parse(value);
  const restored = saved.series.map((one) => restoreSeries(one, (identity) => settings.settingsFor(identity)));
  return {
    series: new Map(restored.map((series) => [series.key, series])),
    instances: indexByInstance(restored),
    clockMs: saved.clockMs,
    sweptAtMs: saved.sweptAtMs,
  };
}
