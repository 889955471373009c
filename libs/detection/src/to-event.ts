import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  draft,
  signalOf,
  typicalScore,
  type EventDraft,
} from '@cortex/contracts';
import { harmOf } from './harm/harm-policy.ts';
import type { OpenAnomaly, TrackerTransition } from './series/anomaly-tracker.ts';
import type { Observation } from './series/series-detector.ts';
import type { Series } from './series/series.ts';
import { explainAnomaly, explainClear } from './text/explain.ts';

/** An open anomaly goes on as it was told. */
export interface Repetition {
  readonly type: 'goes_on';
  readonly anomaly: OpenAnomaly;
}

/** The event of a transition, or of a repetition. `observation` is the newest of the series, absent when the series has ended. */
export function toEvent(
  series: Series,
  transition: TrackerTransition | Repetition,
  clockMs: number,
  observation?: Observation,
): EventDraft {
  const { anomaly } = transition;
  const { service, instance, metric, labels } = series.identity;
  const about = { anomalyId: anomaly.id, service, ...(instance === undefined ? {} : { instance }), metric, labels };
  const startedAt = timestamp(anomaly.startedAtMs);
  if (transition.type === 'cleared') {
    return draft(anomalyCleared, {
      service,
      key: anomaly.id,
      data: {
        ...about,
        ...(observation === undefined ? {} : { value: observation.sample.value }),
        startedAt,
        clearedAt: timestamp(observation?.sample.timeMs ?? clockMs),
        end: transition.reason,
        reason: explainClear(series, transition.reason, observation),
      },
    });
  }
  if (observation === undefined) throw new RangeError('an anomaly is detected or updated by a sample');
  const data = { ...about, ...describe(series, anomaly, observation), startedAt };
  if (transition.type === 'goes_on') {
    const key = `${anomaly.id}.goes-on.${observation.sample.timeMs}`;
    return draft(anomalyUpdated, { service, key, data: { ...data, goesOn: true } });
  }
  return transition.type === 'detected'
    ? draft(anomalyDetected, { service, key: anomaly.id, data })
    : draft(anomalyUpdated, { service, key: `${anomaly.id}.${anomaly.updates}`, data });
}

function describe(series: Series, anomaly: OpenAnomaly, observation: Observation) {
  const { sample, score } = observation;
  const { components, algorithms } = series.detector.details();
  const harm = harmOf(series.settings.harm, series.harm, anomaly.triggers);
  const explanation = explainAnomaly(series, observation, anomaly.triggers);
  return {
    kind: signalOf(series.identity.metric) ?? anomaly.kind,
    value: sample.value,
    ...series.detector.range,
    // A trigger declares the severity of a value, a limit that of harm; the score must not be below it.
    score: anomaly.triggers.length === 0 && !anomaly.isHarm ? score : Math.max(score, typicalScore(anomaly.severity)),
    severity: anomaly.severity,
    harm,
    components,
    algorithms: [...algorithms],
    direction: anomaly.direction,
    triggers: anomaly.triggers,
    observedAt: timestamp(sample.timeMs),
    explanation: withHarm(explanation, anomaly, harm.reason),
  };
}

/** A trigger is in the explanation already. */
function withHarm(explanation: string, { isHarm, triggers }: OpenAnomaly, reason: string): string {
  return isHarm && triggers.length === 0 ? `${explanation}; ${reason}`.slice(0, 4_000) : explanation;
}

function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
