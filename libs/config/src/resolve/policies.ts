import { DetectionRule, HarmSettings, MachineLearning, SeriesLimits } from '@cortex/contracts';
import type { CortexConfiguration, SafetyPolicy } from '@cortex/contracts';
import { checkMetricName } from './conditions.ts';
import { requireInstance, requireService } from '../references.ts';
import { DetectionInput } from '../schema/detection.ts';
import { SafetyInput } from '../schema/safety.ts';
import { read } from '../scope.ts';
import type { Scope, World } from '../scope.ts';

/** The user's rules in their order, what is harm, the series limits, and the settings of machine learning. */
export function resolveDetection(
  scope: Scope,
  raw: unknown,
  world: Pick<World, 'declared' | 'metrics'>,
  /** May be named although it is not a configured service. */
  hostService: unknown,
): Pick<CortexConfiguration, 'detection' | 'harm' | 'seriesLimits' | 'machineLearning'> | undefined {
  const input = read(scope, ['detection'], DetectionInput, raw);
  if (input === undefined) return undefined;
  const rules = input.rules ?? [];
  const matchers = { rules, 'harm.limits': input.harm.limits ?? [] };
  for (const [list, entries] of Object.entries(matchers)) {
    for (const [index, { match }] of entries.entries()) {
      const path = ['detection', ...list.split('.'), index, 'match'];
      // A pattern may be meant for services that only telemetry knows.
      if (match.service !== undefined && !match.service.includes('*') && match.service !== hostService) {
        requireService(scope, [...path, 'service'], match.service, world);
      }
      if (match.metric !== undefined && !match.metric.includes('*')) {
        checkMetricName(scope, [...path, 'metric'], match.metric, world);
      }
    }
  }
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
  };
}

export function resolveSafety(scope: Scope, raw: unknown, world: Pick<World, 'declared'>): SafetyPolicy | undefined {
  const input = read(scope, ['safety'], SafetyInput, raw);
  if (input === undefined) return undefined;
  const protectedTargets = input.protectedTargets.flatMap(({ service, instance }, index) => {
    const path = ['safety', 'protected_targets', index];
    // A protected name that does not exist would protect nothing.
    if (!requireService(scope, [...path, 'service'], service, world)) return [];
    if (instance === undefined)
      return [...(world.declared.get(service) ?? [])].map((id) => ({ service, instance: id }));
    requireInstance(scope, [...path, 'instance'], service, instance, world);
    return [{ service, instance }];
  });
  for (const [index, { pausesChecksOf }] of input.maintenanceWindows.entries()) {
    for (const [position, service] of pausesChecksOf.entries()) {
      requireService(scope, ['safety', 'maintenance_windows', index, 'pause_checks', position], service, world);
    }
  }
  return { ...input, protectedTargets };
}
