import type { Anomaly, Signal, SignalClass } from '@cortex/contracts';

/** An anomaly as a signal of an incident. */
export function signalFromAnomaly(anomaly: Anomaly): Signal {
  return {
    key: anomaly.anomalyId,
    kind: 'anomaly',
    class: classOf(anomaly.kind),
    target: { service: anomaly.service, ...(anomaly.instance === undefined ? {} : { instance: anomaly.instance }) },
    summary: anomaly.explanation === '' ? `${anomaly.metric} is ${anomaly.value}` : anomaly.explanation,
    metric: anomaly.metric,
    ...(Object.keys(anomaly.labels).length === 0 ? {} : { labels: anomaly.labels }),
    value: anomaly.value,
    ...(anomaly.lower === undefined ? {} : { lower: anomaly.lower }),
    ...(anomaly.upper === undefined ? {} : { upper: anomaly.upper }),
    score: anomaly.score,
    severity: anomaly.severity,
    harm: anomaly.harm,
    anomalyKind: anomaly.kind,
    ...(anomaly.components.correlation === undefined ? {} : { correlation: anomaly.components.correlation }),
    direction: anomaly.direction,
    triggers: [...anomaly.triggers],
    active: true,
    startedAt: anomaly.startedAt,
    detectedAt: anomaly.observedAt,
  };
}

function classOf(kind: Anomaly['kind']): SignalClass {
  if (kind === 'log' || kind === 'trace') return kind;
  return 'metric';
}
