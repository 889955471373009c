import type { ConditionValues } from '@cortex/conditions';
import type { Incident, Signal } from '@cortex/contracts';

/**
 * What a trigger may ask about one signal: its own variables, the health of the same instance, and the metrics that
 * are anomalous there.
 */
export function valuesOfSignal(incident: Incident, signal: Signal): ConditionValues {
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
          failing_checks: health.failingChecks ?? [],
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
