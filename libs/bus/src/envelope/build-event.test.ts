import { systemRuntime } from '@cortex/runtime';
import { expect, test } from 'vitest';
import { BadDraftError } from '../errors.ts';
import { cleared } from '../test/bus-fixture.ts';
import { buildEvent, buildEvents } from './build-event.ts';
import { parseMessage } from './parse-message.ts';

const origin = {
  source: '/cortex/detector',
  nowMs: Date.parse('2026-01-05T00:00:00.000Z'),
  randomBytes: systemRuntime.randomBytes,
};
const incidentId = '0194a2f0-1234-7abc-8def-0123456789ab';

test('an event without a cause begins its own correlation', () => {
  const { event, subject, stream } = buildEvent(cleared('my shop', 'a-1'), origin);
  expect(event.correlationid).toBe(event.id);
  expect(event.causationid).toBeUndefined();
  expect(subject).toBe('cortex.anomaly.cleared.my=20shop');
  expect(stream).toBe('SIGNALS');
});

test('an event of an incident is correlated by it, an effect by its cause', () => {
  const cause = buildEvent({ ...cleared('shop', 'a-1'), incidentId }, origin).event;
  expect(cause.correlationid).toBe(incidentId);
  const effect = buildEvent(cleared('shop', 'a-2'), { ...origin, cause }).event;
  expect(effect.correlationid).toBe(incidentId);
  expect(effect.causationid).toBe(cause.id);
  expect(effect.traceparent?.split('-')[1]).toBe(cause.traceparent?.split('-')[1]);
});

test('the same cause and draft give the same id at any time', () => {
  const cause = buildEvent(cleared('shop', 'a-1'), origin).event;
  const first = buildEvent(cleared('shop', 'a-2'), { ...origin, cause }).event;
  const later = buildEvent(cleared('shop', 'a-2'), { ...origin, nowMs: origin.nowMs + 3_600_000, cause }).event;
  expect(later.id).toBe(first.id);
});

test('a draft that breaks its contract is refused', () => {
  const bad = { ...cleared('shop', 'a-1'), data: { nonsense: true } } as unknown as ReturnType<typeof cleared>;
  expect(() => buildEvent(bad, origin)).toThrow(BadDraftError);
  expect(() => buildEvent({ ...cleared('shop', 'a-1'), service: '' }, origin)).toThrow(BadDraftError);
});

test('two drafts with the same id are both refused', () => {
  const cause = buildEvent(cleared('shop', 'a-1'), origin).event;
  const drafts = [cleared('shop', 'a-2'), cleared('shop', 'a-3')];
  expect(() => buildEvents(drafts, { ...origin, cause })).toThrow(/its own key/);
  expect(buildEvents([cleared('shop', 'a-2', 'x'), cleared('shop', 'a-3', 'y')], { ...origin, cause })).toHaveLength(2);
});

test('telemetry is about a partition: its envelope names it, and its subject ends in the number', () => {
  const series = [{ service: 'shop', metric: 'load', labels: {}, timesMs: [1], values: [1] }];
  const { event, subject, bytes } = buildEvent(
    { type: 'telemetry.metrics', partition: 3, data: { partition: 3, series } },
    origin,
  );
  expect(event.subject).toBe('partition-3');
  expect(subject).toBe('cortex.telemetry.metrics.3');
  expect(parseMessage('telemetry.metrics', { subject, data: bytes })).toEqual({ ok: true, event });
});
