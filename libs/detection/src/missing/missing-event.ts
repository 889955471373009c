import { formatDuration } from '@cortex/conditions';
import { anomalyCleared, anomalyDetected, draft, typicalScore, type EventDraft } from '@cortex/contracts';
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

export function missingDetected(
  sender: Heartbeat,
  { id, startedAtMs }: Open,
  { usualMs }: Pace,
  { severity, harm }: Pick<MissingPolicy, 'severity' | 'harm'>,
  clockMs: number,
): EventDraft {
  const score = typicalScore(severity);
  const perMinute = Number(((sender.usualSamples * minuteMs) / usualMs).toPrecision(3));
  const silence = formatDuration(Math.round((clockMs - startedAtMs) / secondMs) * secondMs);
  const usual = formatDuration(Math.max(1, Math.round(usualMs / secondMs)) * secondMs);
  return draft(anomalyDetected, {
    service: sender.service,
    key: id,
    data: {
      ...aboutOf(sender, id),
      kind: 'metric',
      value: 0,
      expected: perMinute,
      score,
      severity,
      harm,
      components: { pattern: score },
      algorithms: [{ name: 'missing_data', score, anomalous: true }],
      direction: 'down',
      startedAt: timestamp(startedAtMs),
      observedAt: timestamp(clockMs),
      explanation: `no samples of ${nameOf(sender)} for ${silence}; usual are ${perMinute} a minute, every ${usual}`,
    },
  });
}

export function missingCleared(sender: Heartbeat, { id, startedAtMs }: Open, clockMs: number, why: string): EventDraft {
  return draft(anomalyCleared, {
    service: sender.service,
    key: id,
    data: {
      ...aboutOf(sender, id),
      startedAt: timestamp(startedAtMs),
      clearedAt: timestamp(clockMs),
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
