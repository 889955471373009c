import { findEventDefinition } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { AlertLedger } from './alert-ledger.ts';
import type { ReceivedAlert } from './payload.ts';

const startedAtMs = Date.UTC(2026, 0, 5, 10);
const mapping = { service: ['service', 'job'], instance: ['instance'] };
const labels = { alertname: 'DiskFull', job: 'db', instance: 'db-1', severity: 'critical', mount: '/data' };
const annotations = { summary: 'The disk is full', description: '/data has 1 % left' };
const firing: ReceivedAlert = { labels, annotations, isFiring: true, startedAtMs };
const resolved: ReceivedAlert = { ...firing, isFiring: false };

/** What the ledger publishes for these alerts, one a second; every event is checked against its contract. */
function changesOf(ledger: AlertLedger, ...alerts: readonly ReceivedAlert[]) {
  return alerts.map((alert, index) => {
    const { step, keep } = ledger.take(alert, startedAtMs + 1_000 * (index + 1));
    keep();
    if (step !== undefined) findEventDefinition(step.draft.type)?.data.parse(step.draft.data);
    return step;
  });
}

const typesOf = (steps: ReturnType<typeof changesOf>) => steps.map((step) => step?.draft.type);
const idsOf = (steps: ReturnType<typeof changesOf>) => steps.map((step) => step?.draft.data.anomalyId);

describe('an alert', () => {
  test('that fires is an anomaly of its service, with the words of its author', () => {
    const [step] = changesOf(new AlertLedger(mapping), firing);
    expect(step?.draft).toMatchObject({
      type: 'anomaly.detected',
      service: 'db',
      data: {
        kind: 'alert',
        service: 'db',
        instance: 'db-1',
        metric: 'DiskFull',
        labels: { severity: 'critical', mount: '/data' },
        value: 1,
        severity: 'critical',
        explanation: 'The disk is full: /data has 1 % left',
        startedAt: '2026-01-05T10:00:00.000Z',
        observedAt: '2026-01-05T10:00:01.000Z',
      },
    });
  });

  test('that is repeated publishes nothing; resolved, it is cleared, once', () => {
    const steps = changesOf(
      new AlertLedger(mapping),
      firing,
      firing,
      { ...firing, annotations: {} },
      resolved,
      resolved,
    );
    expect(typesOf(steps)).toEqual(['anomaly.detected', undefined, undefined, 'anomaly.cleared', undefined]);
    expect(steps[3]?.draft.data.anomalyId).toBe(steps[0]?.draft.data.anomalyId);
  });

  test('gets the same ids in a collector that knows nothing of it yet', () => {
    const [before] = changesOf(new AlertLedger(mapping), firing);
    const [again, end] = changesOf(new AlertLedger(mapping), firing, resolved);
    const [onlyEnd] = changesOf(new AlertLedger(mapping), resolved);
    expect(again?.identity).toEqual(before?.identity);
    expect(onlyEnd?.identity).toEqual(end?.identity);
  });

  test('that another Prometheus saw start a moment later is the same', () => {
    const later = { ...firing, startedAtMs: startedAtMs + 700 };
    expect(typesOf(changesOf(new AlertLedger(mapping), firing, later))).toEqual(['anomaly.detected', undefined]);
  });

  test('that fires again is another anomaly, even if it says that it started when it did before', () => {
    const again = { ...firing, startedAtMs: startedAtMs + 2_500 };
    const steps = changesOf(
      new AlertLedger(mapping),
      firing,
      resolved,
      again,
      { ...resolved, startedAtMs },
      firing,
      resolved,
    );
    expect(typesOf(steps)).toEqual([
      'anomaly.detected',
      'anomaly.cleared',
      'anomaly.detected',
      'anomaly.cleared',
      'anomaly.detected',
      'anomaly.cleared',
    ]);
    expect(idsOf(steps.filter((_, index) => index % 2 === 0))).toEqual(
      idsOf(steps.filter((_, index) => index % 2 === 1)),
    );
  });

  test('that comes back with the very start that was cleared is another anomaly too', () => {
    const [first, , second] = idsOf(changesOf(new AlertLedger(mapping), firing, resolved, firing));
    expect(second).not.toBe(first);
  });

  test('with other labels is another alert: a severity is one of them', () => {
    const worse = { ...firing, labels: { ...labels, severity: 'warning' } };
    expect(new Set(idsOf(changesOf(new AlertLedger(mapping), firing, worse))).size).toBe(2);
  });

  test('that could not be published is published when it comes again', () => {
    const ledger = new AlertLedger(mapping);
    expect(ledger.take(firing, startedAtMs).step?.draft.type).toBe('anomaly.detected');
    expect(typesOf(changesOf(ledger, firing, firing))).toEqual(['anomaly.detected', undefined]);
  });
});

test.each([
  ['critical', 'critical'],
  ['page', 'critical'],
  ['high', 'high'],
  ['Warning', 'medium'],
  ['info', 'info'],
  ['sev-7', 'medium'],
  ['constructor', 'medium'],
  [undefined, 'medium'],
])('severity %s is %s', (severity, expected) => {
  const alert = { ...firing, labels: { alertname: 'A', ...(severity === undefined ? {} : { severity }) } };
  const [step] = changesOf(new AlertLedger(mapping), alert);
  expect(step?.draft.data).toMatchObject({ severity: expected });
});

test('an alert is accepted whatever its texts', () => {
  const strange = {
    ...firing,
    annotations: { summary: 'x'.repeat(10_000) },
    labels: {
      ...Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label_${index}`, 'v'.repeat(5_000)])),
      job: `<${'𝒳'.repeat(200)}>`,
      instance: '[::1]:9090',
      __proto__: 'x',
    },
  };
  const [step] = changesOf(new AlertLedger(mapping), strange);
  expect(step?.draft.data).toMatchObject({ instance: '1_:9090', metric: 'alert' });
  const [nameless] = changesOf(new AlertLedger(mapping), { ...firing, labels: {}, annotations: {} });
  expect(nameless?.draft.data).toMatchObject({ service: 'unknown_service', explanation: 'alert alert' });
});

test('an alert that is not renewed in time is cleared', () => {
  const ledger = new AlertLedger(mapping);
  changesOf(ledger, { ...firing, expiresAtMs: startedAtMs + 60_000 });
  changesOf(ledger, { ...firing, expiresAtMs: startedAtMs + 120_000 });
  expect(ledger.expired(startedAtMs + 119_999)).toEqual([]);
  const [end] = ledger.expired(startedAtMs + 120_000);
  expect(end?.step?.draft).toMatchObject({
    type: 'anomaly.cleared',
    data: { reason: expect.stringContaining('renewed') },
  });
  end?.keep();
  expect(ledger.expired(startedAtMs + 200_000)).toEqual([]);
  expect(ledger.firing).toBe(0);
});

test('the ledger is bounded', () => {
  const ledger = new AlertLedger(mapping, 2);
  const alerts = ['a', 'b', 'c'].map((alertname) => ({ ...firing, labels: { alertname } }));
  changesOf(ledger, ...alerts);
  expect(ledger.firing).toBe(2);
});
