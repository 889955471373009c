import { systemRuntime } from '@cortex/runtime';
import {
  anomalyCleared,
  dataSchemaOf,
  draft,
  healthChecked,
  maxEventBytes,
  subjectOf,
  telemetryMetrics,
} from '@cortex/contracts';
import type { CheckOutcome } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleared } from '../test/bus-fixture.ts';
import { buildEvent } from './build-event.ts';
import { parseMessage } from './parse-message.ts';

const origin = {
  source: '/cortex/detector',
  nowMs: Date.parse('2026-01-05T00:00:00.000Z'),
  randomBytes: systemRuntime.randomBytes,
};
const built = buildEvent(cleared('shop', 'a-1'), origin);
const encoder = new TextEncoder();

function parseJson(change: Record<string, unknown>, subject = built.subject): string {
  const data = encoder.encode(JSON.stringify({ ...built.event, ...change }));
  const parsed = parseMessage(anomalyCleared.type, { subject, data });
  return parsed.ok ? 'ok' : parsed.reason;
}

test('a built event parses to itself', () => {
  const parsed = parseMessage(anomalyCleared.type, { subject: built.subject, data: built.bytes });
  expect(parsed).toEqual({ ok: true, event: built.event });
});

test('every fault has its own reason', () => {
  const raw = (data: Uint8Array): string => {
    const parsed = parseMessage(anomalyCleared.type, { subject: built.subject, data });
    return parsed.ok ? 'ok' : parsed.reason;
  };
  expect(raw(encoder.encode('{"half":'))).toBe('not_json');
  expect(raw(Uint8Array.of(0xff, 0xfe, 0x00))).toBe('not_json');
  expect(raw(new Uint8Array(0))).toBe('not_json');
  expect(raw(new Uint8Array(maxEventBytes + 1))).toBe('too_large');
  expect(raw(encoder.encode('['.repeat(10_000)))).toBe('too_deep');
  expect(raw(encoder.encode('null'))).toBe('bad_envelope');
  expect(parseJson({ specversion: '0.3' })).toBe('bad_envelope');
  expect(parseJson({ surprise: 1 })).toBe('bad_envelope');
  expect(parseJson({ type: 'nobody.knows' })).toBe('unknown_type');
  expect(parseJson({ type: 'anomaly.detected' })).toBe('type_subject_mismatch');
  expect(parseJson({}, subjectOf('anomaly.cleared', 'other'))).toBe('type_subject_mismatch');
  expect(parseJson({ dataschema: 'urn:cortex:anomaly.cleared:v2' })).toBe('unknown_version');
  expect(parseJson({ data: { anomalyId: 7 } })).toBe('wrong_schema');
  expect(parseJson({ dataschema: dataSchemaOf(anomalyCleared) })).toBe('ok');
});

test('brackets inside strings are no nesting', () => {
  const deepText = { data: { ...(built.event.data as object), reason: '[{"'.repeat(500) } };
  expect(parseJson(deepText)).toBe('ok');
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => encoder.encode(text)),
      ),
      (data) => {
        expect(parseMessage(anomalyCleared.type, { subject: built.subject, data }).ok).toBe(false);
      },
    ),
  );
});

test('telemetry of earlier releases, whose envelope names its partition by the number alone, is still read', () => {
  const series = [{ service: 'shop', metric: 'load', labels: {}, timesMs: [1], values: [1] }];
  const { event, subject } = buildEvent(
    { type: 'telemetry.metrics', partition: 3, data: { partition: 3, series } },
    origin,
  );
  const reasonOf = (envelopeSubject: string, on = subject): string => {
    const data = encoder.encode(JSON.stringify({ ...event, subject: envelopeSubject }));
    const parsed = parseMessage(telemetryMetrics.type, { subject: on, data });
    return parsed.ok ? 'ok' : parsed.reason;
  };
  expect(reasonOf('3')).toBe('ok');
  expect(reasonOf('4')).toBe('type_subject_mismatch');
  expect(reasonOf('partition-4')).toBe('type_subject_mismatch');
  expect(reasonOf('partition-3', 'cortex.telemetry.metrics.partition-3')).toBe('type_subject_mismatch');
});

test('a service may be called like a partition', () => {
  const { event, subject, bytes } = buildEvent(cleared('partition-3', 'a-1'), origin);
  expect(subject).toBe('cortex.anomaly.cleared.partition-3');
  expect(parseMessage(anomalyCleared.type, { subject, data: bytes })).toEqual({ ok: true, event });
});

const anyOutcome: fc.Arbitrary<CheckOutcome> = fc.record({
  check: fc.constant('web'),
  type: fc.constant('http_endpoint'),
  tier: fc.constantFrom('shallow', 'deep', 'comprehensive'),
  target: fc.constant({ service: 'shop', instance: 'shop-1' }),
  result: fc.constantFrom('pass', 'fail', 'timeout', 'error'),
  attempts: fc.integer({ min: 1, max: 4 }),
  durationMs: fc.nat(30_000),
  detail: fc.string({ maxLength: 20 }),
  evidence: fc.constantFrom({}, { status: 503 }),
  observedAt: fc.constant('2026-01-05T00:00:00.000Z'),
});

const [outcome] = fc.sample(anyOutcome, 1) as [CheckOutcome];

test('an event of an earlier version is taken in and means the same', () => {
  fc.assert(
    fc.property(anyOutcome, (data) => {
      const present = buildEvent(draft(healthChecked, { service: 'shop', data }), origin);
      const { result, evidence, ...rest } = data;
      const before = { ...rest, passed: result === 'pass', evidence: { ...evidence, outcome: result } };
      const bytes = encoder.encode(
        JSON.stringify({ ...present.event, dataschema: 'urn:cortex:health.checked:v1', data: before }),
      );
      const parsed = parseMessage(healthChecked.type, { subject: present.subject, data: bytes });
      expect(parsed).toEqual({ ok: true, event: present.event });
    }),
  );
});

test.each(['v0', 'v3', 'v99', 'v01', 'v1.0', 'v1e0', 'v', 'vNaN', ' v1'])(
  'an event of version %s, which nobody knows, is refused, however its data looks',
  (version) => {
    const { event, subject } = buildEvent(draft(healthChecked, { service: 'shop', data: outcome }), origin);
    const dataschema = `urn:cortex:health.checked:${version}`;
    const parsed = parseMessage(healthChecked.type, {
      subject,
      data: encoder.encode(JSON.stringify({ ...event, dataschema })),
    });
    expect(parsed).toMatchObject({ ok: false, reason: 'unknown_version' });
  },
);
