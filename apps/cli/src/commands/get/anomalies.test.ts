import type { Envelope } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { foldAnomalies } from './anomalies.ts';

const at = (minute: number): string => `2026-03-02T10:0${minute}:00.000Z`;

function event(type: string, data: object): Envelope {
  return { type, data } as Envelope;
}

function anomaly(anomalyId: string, minute: number, value = 95): object {
  return {
    anomalyId,
    kind: 'metric',
    service: 'shop',
    metric: 'latency_ms',
    value,
    lower: 10,
    upper: 20,
    score: 0.9,
    severity: 'high',
    components: {},
    algorithms: [],
    direction: 'up',
    startedAt: at(minute),
    observedAt: at(minute),
    explanation: 'far above',
    harm: { kind: 'none', reason: 'it is not noticeable' },
  };
}

test('one row an anomaly, with its newest values, those that last first', () => {
  const rows = foldAnomalies([
    event('anomaly.detected', anomaly('a', 1)),
    event('anomaly.detected', anomaly('b', 2)),
    event('anomaly.updated', anomaly('a', 1, 120)),
    event('anomaly.detected', anomaly('c', 3)),
    event('anomaly.cleared', {
      anomalyId: 'c',
      service: 'shop',
      metric: 'latency_ms',
      startedAt: at(3),
      clearedAt: at(4),
      reason: 'normal again',
    }),
  ]);
  expect(rows.map((row) => [row.anomaly.anomalyId, row.anomaly.value, row.clearedAt])).toEqual([
    ['b', 95, undefined],
    ['a', 120, undefined],
    ['c', 95, at(4)],
  ]);
});

test('the end of one that began before is no row, and what is no anomaly is left out', () => {
  expect(
    foldAnomalies([
      event('anomaly.cleared', {
        anomalyId: 'x',
        service: 's',
        metric: 'm',
        startedAt: at(1),
        clearedAt: at(2),
        reason: '',
      }),
      event('anomaly.detected', { odd: true }),
    ]),
  ).toEqual([]);
});
