import { findEventDefinition } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { AlertBook } from './alert-book.ts';
import type { ReceivedAlert } from './payload.ts';

const startedAtMs = Date.UTC(2026, 0, 5, 10);
const mapping = { service: ['service', 'job'], instance: ['instance'] };
const labels = { alertname: 'DiskFull', job: 'db', instance: 'db-1', severity: 'critical', mount: '/data' };
const annotations = { summary: 'The disk is full', description: '/data has 1 % left' };
const firing: ReceivedAlert = { labels, annotations, isFiring: true, startedAtMs };
const resolved: ReceivedAlert = { ...firing, isFiring: false };

/** What the book says to these alerts, one a second; every event is checked against its contract. */
function tell(book: AlertBook, ...alerts: readonly ReceivedAlert[]) {
  return alerts.map((alert, index) => {
    const { step, keep } = book.take(alert, startedAtMs + 1_000 * (index + 1));
    keep();
    if (step !== undefined) findEventDefinition(step.draft.type)?.data.parse(step.draft.data);
    return step;
  });
}

const typesOf = (steps: ReturnType<typeof tell>) => steps.map((step) => step?.draft.type);
const idsOf = (steps: ReturnType<typeof tell>) => steps.map((step) => step?.draft.data.anomalyId);

describe('an alert', () => {
  test('that fires is an anomaly of its service, with the words of its author', () => {
    const [step] = tell(new AlertBook(mapping), firing);
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

  test('that is repeated is no news; resolved, it is cleared, once', () => {
    const steps = tell(new AlertBook(mapping), firing, firing, { ...firing, annotations: {} }, resolved, resolved);
    expect(typesOf(steps)).toEqual(['anomaly.detected', undefined, undefined, 'anomaly.cleared', undefined]);
    expect(steps[3]?.draft.data.anomalyId).toBe(steps[0]?.draft.data.anomalyId);
  });

  test('gets the same ids in a collector that knows nothing of it yet', () => {
    const [before] = tell(new AlertBook(mapping), firing);
    const [again, end] = tell(new AlertBook(mapping), firing, resolved);
    const [onlyEnd] = tell(new AlertBook(mapping), resolved);
    expect(again?.identity).toEqual(before?.identity);
    expect(onlyEnd?.identity).toEqual(end?.identity);
  });

  test('that another Prometheus saw start a moment later is the same', () => {
    const later = { ...firing, startedAtMs: startedAtMs + 700 };
    expect(typesOf(tell(new AlertBook(mapping), firing, later))).toEqual(['anomaly.detected', undefined]);
  });

  test('that fires again is another anomaly, even if it says that it started when it did before', () => {
    const again = { ...firing, startedAtMs: startedAtMs + 2_500 };
    const steps = tell(new AlertBook(mapping), firing, resolved, again, { ...resolved, startedAtMs }, firing, resolved);
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
    const [first, , second] = idsOf(tell(new AlertBook(mapping), firing, resolved, firing));
    expect(second).not.toBe(first);
  });

  test('with other labels is another alert: a severity is one of them', () => {
    const worse = { ...firing, labels: { ...labels, severity: 'warning' } };
    expect(new Set(idsOf(tell(new AlertBook(mapping), firing, worse))).size).toBe(2);
  });

  test('that could not be published is news again', () => {
    const book = new AlertBook(mapping);
    expect(book.take(firing, startedAtMs).step?.draft.type).toBe('anomaly.detected');
    expect(typesOf(tell(book, firing, firing))).toEqual(['anomaly.detected', undefined]);
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
  const [step] = tell(new AlertBook(mapping), alert);
  expect(step?.draft.data).toMatchObject({ severity: expected });
});

test('an alert is taken whatever is written in it', () => {
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
  const [step] = tell(new AlertBook(mapping), strange);
  expect(step?.draft.data).toMatchObject({ instance: '1_:9090', metric: 'alert' });
  const [nameless] = tell(new AlertBook(mapping), { ...firing, labels: {}, annotations: {} });
  expect(nameless?.draft.data).toMatchObject({ service: 'unknown_service', explanation: 'alert alert' });
});

test('what is not renewed in time is cleared', () => {
  const book = new AlertBook(mapping);
  tell(book, { ...firing, expiresAtMs: startedAtMs + 60_000 });
  tell(book, { ...firing, expiresAtMs: startedAtMs + 120_000 });
  expect(book.expired(startedAtMs + 119_999)).toEqual([]);
  const [end] = book.expired(startedAtMs + 120_000);
  expect(end?.step?.draft).toMatchObject({
    type: 'anomaly.cleared',
    data: { reason: expect.stringContaining('renewed') },
  });
  end?.keep();
  expect(book.expired(startedAtMs + 200_000)).toEqual([]);
  expect(book.firing).toBe(0);
});

test('what is remembered is bounded', () => {
  const book = new AlertBook(mapping, 2);
  const alerts = ['a', 'b', 'c'].map((alertname) => ({ ...firing, labels: { alertname } }));
  tell(book, ...alerts);
  expect(book.firing).toBe(2);
});
