import type { ConditionValues } from '@cortex/conditions';
import type { Incident, Signal } from '@cortex/contracts';

/**
 * What a trigger may ask about one signal: its own variables, the health of the same instance, and the metrics that
 * are anomalous there.
 */
export function valuesOfSignal(
  incident: Incident,
  signal: Signal,
  /** The texts that the trigger compares with: a check of several instances goes by the name that is used there. */
  named: ReadonlySet<string> = new Set(),
): ConditionValues {
  const near = incident.signals.filter(
    (other) => other.active && other !== signal && other.target.instance === signal.target.instance,
  );
  const health = [signal, ...near].find((one) => one.kind === 'health');
  const metrics = [...near, signal].flatMap((one) =>
    // The 1 of an alert is no reading: an alert that is named like a metric must not stand for it.
    one.metric === undefined || one.value === undefined || one.anomalyKind === 'alert'
      ? []
      : [[one.metric, one.value] as const],
  );
  return {
    ...Object.fromEntries(metrics),
    ...(health === undefined
      ? {}
      : {
          health_state: health.healthState,
          failing_checks: (health.failingChecks ?? []).map((name) => nameUsed(name, health, named)),
          failing_check_types: health.failingCheckTypes ?? [],
        }),
    ...(signal.kind === 'anomaly'
      ? {
          anomaly_metric: signal.metric,
          anomaly_kind: signal.anomalyKind,
          anomaly_severity: signal.severity,
          anomaly_score: signal.score,
          anomaly_direction: signal.direction,
        }
      : {}),
  };
}

/** `shop-http:shop-1` is the check `shop-http` of one of several instances, and may be written either way. */
function nameUsed(name: string, { target }: Signal, named: ReadonlySet<string>): string {
  const suffix = `:${target.instance ?? ''}`;
  if (named.has(name) || !name.endsWith(suffix)) return name;
  const written = name.slice(0, -suffix.length);
  return named.has(written) ? written : name;
}
