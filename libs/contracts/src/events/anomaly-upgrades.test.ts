import { expect, test } from 'vitest';
import { upgradeData } from '../define-event.ts';
import { anomalyDetected, anomalyUpdated } from './anomaly.ts';

const first = {
  anomalyId: 'a',
  kind: 'metric',
  service: 'shop',
  metric: 'queue_depth',
  value: 90,
  score: 0.8,
  severity: 'high',
  components: { statistical: 0.8 },
  algorithms: [],
  direction: 'up',
  startedAt: '2026-03-02T10:00:00.000Z',
  observedAt: '2026-03-02T10:00:00.000Z',
  explanation: '',
};

test.each([anomalyDetected, anomalyUpdated])('anomalies of version 1 are read, and count as they did: %o', (event) => {
  const upgraded = upgradeData(event, 1, first);
  expect(event.data.parse(upgraded?.data)).toMatchObject({ ...first, harm: { kind: 'unjudged' } });
});

test.each([undefined, null, 'text', ['list']])('what is no anomaly stays as it is: %j', (data) => {
  expect(upgradeData(anomalyDetected, 1, data)).toEqual({ data });
});
