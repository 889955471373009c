import { anomalyUpdated } from '@cortex/contracts';
import { expect, test } from 'vitest';
import {
  anomalyOf,
  cleared,
  detected,
  lastByService,
  minuteMs,
  settings,
  startMs,
  updatesOf,
  updated,
} from './correlation.test-support.ts';
import { compileCorrelation, correlate, emptyCorrelation, maxAnomalies } from './correlator.ts';

test('anomalies of a service and its dependency at the same time: both are updated', () => {
  const published = lastByService(
    updatesOf([detected(anomalyOf('db', 0, { metric: 'connections' })), detected(anomalyOf('shop', 2))]),
  );
  const [shop, db] = [published.get('shop'), published.get('db')];
  expect(shop?.components.correlation).toBeGreaterThan(0.15);
  expect(shop?.components).toMatchObject({ statistical: 0.65, pattern: 0.4 });
  expect(shop?.explanation).toBe(
    'latency of shop is 9; 1 dependency of shop shows anomalies since 10:03 UTC: db (connections)',
  );
  expect(db?.explanation).toContain('1 service that depends on db shows anomalies since 10:05 UTC: shop (latency)');
});

test('a second dependency is more surprising, and lifts the score with the weight of the specification', () => {
  const events = [detected(anomalyOf('db')), detected(anomalyOf('cache')), detected(anomalyOf('shop'))];
  const shop = lastByService(updatesOf(events)).get('shop');
  expect(shop?.explanation).toContain(
    '2 dependencies of shop show anomalies since 10:03 UTC: db (latency), cache (latency)',
  );
  const correlation = shop?.components.correlation ?? 0;
  expect(correlation).toBeGreaterThan(0.4);
  const low = lastByService(
    updatesOf([...events.slice(0, 2), detected(anomalyOf('shop', 0, { score: 0.29, severity: 'info' }))]),
  );
  const composite = (0.5 * 0.29 + 0.1 * correlation) / 0.6;
  expect(low.get('shop')?.score).toBeCloseTo(composite, 9);
  expect(low.get('shop')?.severity).toBe('low');
});

test('an anomaly of one service alone is not changed, however many instances it has', () => {
  const fleet = Array.from({ length: 50 }, (_, index) => anomalyOf('shop', 0, { instance: `shop-${index}` }));
  expect(updatesOf(fleet.map(detected))).toEqual([]);
});

test('unrelated services count only where many have anomalies at once', () => {
  const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
  const unrelated = compileCorrelation(names.map((name) => ({ name, dependsOn: [] })));
  const correlationOf = (count: number): number => {
    const published = updatesOf(
      names.slice(0, count).map((name) => detected(anomalyOf(name))),
      { settings: unrelated },
    );
    return Math.max(0, ...published.map(({ components }) => components.correlation ?? 0));
  };
  expect([correlationOf(2), correlationOf(3), correlationOf(4)]).toEqual([0, 0, 0]);
  expect(correlationOf(30)).toBeGreaterThan(0.6);
});

test('an anomaly from long before is not correlated, one that has just cleared is', () => {
  expect(updatesOf([detected(anomalyOf('db', 0)), detected(anomalyOf('shop', 6))])).toEqual([]);
  const db = anomalyOf('db', 0);
  const published = updatesOf([detected(db), cleared(db), detected(anomalyOf('shop', 1))]);
  expect(published.map(({ service }) => service)).toEqual(['shop']);
});

test('a neighbour with frequent anomalies is no surprise', () => {
  const state = emptyCorrelation();
  const day = 24 * 60;
  const restless = Array.from({ length: 100 }, (_, index) => anomalyOf('db', -day + index * 14));
  updatesOf(restless.map(detected), { state });
  const published = updatesOf([detected(anomalyOf('db', 0)), detected(anomalyOf('shop', 0))], { state });
  expect(published.map(({ service }) => service)).toEqual(['db']);
});

test('an update of the detector, which lacks the correlation, is updated again; a clear ends it', () => {
  const state = emptyCorrelation();
  const shop = anomalyOf('shop');
  updatesOf([detected(anomalyOf('db')), detected(shop)], { state });
  const later = {
    ...shop,
    score: 0.8,
    severity: 'high' as const,
    observedAt: new Date(startMs + minuteMs).toISOString(),
  };
  const answer = updatesOf([updated(later)], { state });
  expect(answer).toMatchObject([{ anomalyId: shop.anomalyId, severity: 'high', observedAt: later.observedAt }]);
  expect(answer[0]?.components.correlation).toBeGreaterThan(0);
  expect(updatesOf([updated(shop)], { state })).toEqual([]);
  expect(updatesOf([cleared(shop), updated(later)], { state })).toEqual([]);
});

test('its own events lead to no updates, and restore its state after a restart', () => {
  const [shop, db] = [anomalyOf('shop'), anomalyOf('db')];
  const events = [detected(db), detected(shop)];
  const own = updatesOf(events).map(updated);
  const restarted = emptyCorrelation();
  const drafts = [...events, ...own].flatMap((event) => correlate(settings, restarted, event));
  expect(drafts.map(({ data }) => data.anomalyId).toSorted()).toEqual([db.anomalyId, shop.anomalyId].toSorted());
  expect(own.flatMap((event) => correlate(settings, restarted, event))).toEqual([]);
});

test('drafts of one event have keys of their own', () => {
  const state = emptyCorrelation();
  for (const name of ['db', 'cache']) correlate(settings, state, detected(anomalyOf(name)));
  const drafts = correlate(settings, state, detected(anomalyOf('shop')));
  expect(drafts.length).toBeGreaterThan(1);
  expect(new Set(drafts.map(({ key }) => key)).size).toBe(drafts.length);
  for (const { data } of drafts) anomalyUpdated.data.parse(data);
});

test('the severity of an alert is not changed', () => {
  const alert = anomalyOf('shop', 0, { kind: 'alert', components: {}, score: 0.4, severity: 'low' });
  const published = lastByService(
    updatesOf([detected(anomalyOf('db')), detected(anomalyOf('cache')), detected(alert)]),
  ).get('shop');
  expect(published).toMatchObject({ score: 0.4, severity: 'low', components: { correlation: expect.any(Number) } });
});

test('the oldest is forgotten beyond the limit', () => {
  const state = emptyCorrelation();
  for (let index = 0; index < maxAnomalies + 10; index += 1) {
    correlate(settings, state, detected(anomalyOf('shop', index * 10)));
  }
  expect(state.anomalies.size).toBe(maxAnomalies);
});
