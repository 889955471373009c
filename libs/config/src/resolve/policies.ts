import { DetectionRule, HarmSettings, MachineLearning, SeriesLimits } from '@cortex/contracts';
import type { CortexConfiguration, SafetyPolicy } from '@cortex/contracts';
import { checkMetricName } from './conditions.ts';
import { requireInstance, requireService } from '../references.ts';
import { DetectionInput } from '../schema/detection.ts';
import { SafetyInput } from '../schema/safety.ts';
import { read } from '../scope.ts';
import type { Scope, World } from '../scope.ts';
import { textsAt } from '../texts-at.ts';

/** The user's rules in their order, what is harm, the series limits, and the settings of machine learning. */
export function resolveDetection(
  scope: Scope,
  raw: unknown,
  world: Pick<World, 'declared' | 'metrics'>,
  /** May be named although it is not a configured service. */
  hostService: unknown,
):
  | Pick<CortexConfiguration, 'detection' | 'harm' | 'seriesLimits' | 'machineLearning' | 'repeatAnomaliesMs'>
  | undefined {
  const input = read(scope, ['detection'], DetectionInput, raw);
  for (const list of [['rules'], ['harm', 'limits']]) {
    const textsOf = (key: string) => textsAt(raw, ['detection'], [...list, '*', 'match', key]);
    // A pattern may be meant for services that only telemetry knows.
    for (const { text, path } of textsOf('service')) {
      if (!text.includes('*') && text !== hostService) requireService(scope, path, text, world);
    }
    for (const { text, path } of textsOf('metric')) {
      if (!text.includes('*')) checkMetricName(scope, path, text, world);
    }
  }
  if (input === undefined) return undefined;
  const rules = input.rules ?? [];
  const { partition: perPartition, service: perService, services = {} } = input.max_series;
  const own = Object.entries(services).map(([service, series]) => ({ service, series }));
  for (const { service } of own) {
    if (service !== hostService)
      requireService(scope, ['detection', 'max_series', 'services', service], service, world);
  }
  return {
    detection: rules.map((rule) => DetectionRule.parse(rule)),
    harm: HarmSettings.parse(input.harm),
    seriesLimits: SeriesLimits.parse({ perPartition, perService, services: own }),
    machineLearning: MachineLearning.parse(input.machine_learning),
    repeatAnomaliesMs: input.repeat,
  };
}

export function resolveSafety(scope: Scope, raw: unknown, world: Pick<World, 'declared'>): SafetyPolicy | undefined {
  const input = read(scope, ['safety'], SafetyInput, raw);
  // A protected name that does not exist would protect nothing.
  for (const place of [
    ['protected_targets', '*', 'service'],
    ['maintenance_windows', '*', 'pause_checks', '*'],
  ]) {
    for (const { text, path } of textsAt(raw, ['safety'], place)) requireService(scope, path, text, world);
  }
  if (input === undefined) return undefined;
  const protectedTargets = input.protectedTargets.flatMap(({ service, instance }, index) => {
    if (!world.declared.has(service)) return [];
    if (instance === undefined)
      return [...(world.declared.get(service) ?? [])].map((id) => ({ service, instance: id }));
    requireInstance(scope, ['safety', 'protected_targets', index, 'instance'], service, instance, world);
    return [{ service, instance }];
  });
  return { ...input, protectedTargets };
}
