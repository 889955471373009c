import { formatDuration } from '@cortex/conditions';
import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  draft,
  typicalScore,
  type AnomalyEnd,
  type EventDraft,
} from '@cortex/contracts';
import { anomalyIdOf } from '../anomaly-id.ts';
import type { Heartbeat, Open } from './heartbeat.ts';
import { missingMetric, type MissingPolicy } from './missing-policy.ts';
import type { Pace } from './pace.ts';

const minuteMs = 60_000;
const secondMs = 1_000;

/** No series has such a key, because none has an empty metric. */
export function missingId({ service, instance, heardAtMs }: Heartbeat): string {
  return anomalyIdOf(`${service}|${instance ?? ''}|`, heardAtMs);
}

type Told = readonly [
  sender: Heartbeat,
  open: Open,
  pace: Pace,
  policy: Pick<MissingPolicy, 'severity' | 'harm'>,
  clockMs: number,
];

export function missingDetected(...told: Told): EventDraft {
  const [{ service }, { id }] = told;
  return draft(anomalyDetected, { service, key: id, data: anomalyOf(...told) });
}

/** It is still silent. */
export function missingGoesOn(...told: Told): EventDraft {
  const [{ service }, { id }, , , clockMs] = told;
  const data = { ...anomalyOf(...told), goesOn: true as const };
  return draft(anomalyUpdated, { service, key: `${id}.goes-on.${clockMs}`, data });
}

function anomalyOf(...[sender, { id, startedAtMs }, { usualMs }, { severity, harm }, clockMs]: Told) {
  const score = typicalScore(severity);
  const perMinute = Number(((sender.usualSamples * minuteMs) / usualMs).toPrecision(3));
  const silence = formatDuration(Math.round((clockMs - startedAtMs) / secondMs) * secondMs);
  const usual = formatDuration(Math.max(1, Math.round(usualMs / secondMs)) * secondMs);
  return {
    ...aboutOf(sender, id),
    kind: 'metric' as const,
    value: 0,
    expected: perMinute,
    score,
    severity,
    harm,
    components: { pattern: score },
    algorithms: [{ name: 'missing_data', score, anomalous: true }],
    direction: 'down' as const,
    startedAt: timestamp(startedAtMs),
    observedAt: timestamp(clockMs),
    explanation: `no samples of ${nameOf(sender)} for ${silence}; usual are ${perMinute} a minute, every ${usual}`,
  };
}

export function missingCleared(
  sender: Heartbeat,
  { id, startedAtMs }: Open,
  clockMs: number,
  end: AnomalyEnd,
  why: string,
): EventDraft {
  return draft(anomalyCleared, {
    service: sender.service,
    key: id,
    data: {
      ...aboutOf(sender, id),
      startedAt: timestamp(startedAtMs),
      clearedAt: timestamp(clockMs),
      end,
      reason: `${nameOf(sender)}: ${why}`,
    },
  });
}

function aboutOf({ service, instance }: Heartbeat, anomalyId: string) {
  return { anomalyId, service, ...(instance === undefined ? {} : { instance }), metric: missingMetric };
}

function nameOf({ service, instance }: Heartbeat): string {
  return instance ?? service;
}

function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
