import { AnomalySeverity } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { severityRank } from '../scoring/composite.ts';
import {
  anomalyOf,
  cleared,
  detected,
  lastByService,
  settings,
  updatesOf,
  updated,
} from './correlation.test-support.ts';
import { correlate, emptyCorrelation, type AnomalyEvent } from './correlator.ts';

const names = ['shop', 'blog', 'db', 'cache', 'mail', 'search', '__proto__', 'constructor'];

const someAnomaly = fc
  .record({
    service: fc.constantFrom(...names),
    minute: fc.integer({ min: -20, max: 20 }),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    severity: fc.constantFrom(...AnomalySeverity.options),
    instance: fc.constantFrom('a', 'b'),
  })
  .map(({ service, minute, ...fields }) => anomalyOf(service, minute, fields));

const someEvent = fc.oneof(
  someAnomaly.map(detected),
  someAnomaly.map(updated),
  someAnomaly.map((one) => cleared(one)),
) as fc.Arbitrary<AnomalyEvent>;

interface Count {
  published: number;
  received: number;
}

function countOf(counts: Map<string, Count>, id: string): Count {
  const count = counts.get(id) ?? { published: 0, received: 0 };
  counts.set(id, count);
  return count;
}

test('never milder than the last severity of its detector, and at most ten updates more', () => {
  fc.assert(
    fc.property(fc.array(someEvent, { maxLength: 60 }), (events) => {
      const state = emptyCorrelation();
      const last = new Map<string, { severity: AnomalySeverity; score: number }>();
      const counts = new Map<string, Count>();
      for (const event of events) {
        countOf(counts, event.data.anomalyId).received += 1;
        const answers = updatesOf([event], { state });
        for (const one of answers) {
          const said = state.anomalies.get(one.anomalyId)?.anomaly;
          expect(said).toBeDefined();
          if (said !== undefined) last.set(one.anomalyId, said);
          const base = last.get(one.anomalyId);
          expect(severityRank(one.severity)).toBeGreaterThanOrEqual(severityRank(base?.severity));
          expect(one.score).toBeGreaterThanOrEqual(base?.score ?? 0);
          expect(one.score).toBeLessThanOrEqual(1);
          countOf(counts, one.anomalyId).published += 1;
        }
      }
      for (const { published, received } of counts.values()) expect(published).toBeLessThanOrEqual(10 + received);
    }),
  );
});

test('in whatever order anomalies come, they end with the same correlation', () => {
  const one = fc.uniqueArray(fc.constantFrom(...names.slice(0, 6)), { minLength: 2 });
  fc.assert(
    fc.property(
      one.chain((services) =>
        fc.tuple(fc.constant(services), fc.shuffledSubarray(services, { minLength: services.length })),
      ),
      ([services, shuffled]) => {
        const correlations = (order: readonly string[]) => {
          const state = emptyCorrelation();
          for (const name of order) correlate(settings, state, detected(anomalyOf(name, names.indexOf(name) % 3)));
          return [...state.anomalies.values()]
            .map(({ anomaly, correlation }) => [anomaly.service, correlation] as const)
            .toSorted(([left], [right]) => (left < right ? -1 : 1));
        };
        expect(correlations(shuffled)).toEqual(correlations(services));
      },
    ),
  );
});

test('the same events give the same answers; hostile times break nothing', () => {
  const times = fc.constantFrom('0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-01-05T10:03:00.000Z');
  const hostile = fc
    .tuple(someAnomaly, times, times)
    .map(([anomaly, startedAt, observedAt]) => detected({ ...anomaly, startedAt, observedAt }));
  fc.assert(
    fc.property(fc.array(fc.oneof(hostile, someEvent), { maxLength: 40 }), (events) => {
      expect(updatesOf(events)).toEqual(updatesOf(events));
      expect(lastByService(updatesOf(events)).size).toBeLessThanOrEqual(names.length);
    }),
  );
});
