import { anomalyDetected } from '@cortex/contracts';
import { rawEvent, type RawEvent } from './raw-event.ts';
import { benchMetric, instanceName, serviceName } from './site.ts';

/** The anomaly that begins one incident. */
export function anomalyEvent(index: number): RawEvent {
  const service = serviceName(index);
  const at = new Date().toISOString();
  return rawEvent(anomalyDetected, service, {
    anomalyId: `anomaly-${service}-${Date.now()}`,
    kind: 'metric',
    service,
    instance: instanceName(index),
    metric: benchMetric,
    labels: {},
    value: 100,
    expected: 1,
    lower: 0,
    upper: 2,
    score: 0.97,
    severity: 'high',
    harm: { kind: 'unjudged', reason: 'a benchmark' },
    components: { statistical: 0.97 },
    algorithms: [{ name: 'moving_average', score: 0.97, anomalous: true }],
    direction: 'up',
    triggers: [],
    startedAt: at,
    observedAt: at,
    explanation: `${benchMetric} of ${instanceName(index)} is 100, where 0 to 2 is normal`,
  });
}
