import { traceMetrics, type SeriesSample } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxLabelLength, maxSources } from '../limits.ts';
import { durationSeconds, isRequest, type Span } from './span.ts';
import { TraceSignals } from './trace-signals.ts';

const settings = {
  silentAfterMs: 60_000,
  warmUpMs: 0,
  warmUpRecords: 0,
  templates: 50,
  templateSeries: 4,
  operations: 3,
};

const spanOf = (name: string, seconds: number | undefined, more: Partial<Span> = {}): Span => ({
  service: 'shop',
  name,
  kind: 2,
  isRoot: false,
  isError: false,
  seconds,
  ...more,
});

/** The samples after one window of ten seconds, by metric, of one operation or of all. */
function told(samples: readonly SeriesSample[], operation?: string): Record<string, number> {
  const own = samples.filter(({ labels }) => labels['operation'] === operation);
  return Object.fromEntries(own.map(({ metric, value }) => [metric, value]));
}

function windowOf(...spans: readonly Span[]): SeriesSample[] {
  const signals = new TraceSignals(settings, 0);
  for (const span of spans) signals.add(span, 1);
  return signals.close(10_000);
}

describe('requests', () => {
  test('rate, errors and duration of each operation and of all', () => {
    const spans = [
      ...Array.from({ length: 98 }, () => spanOf('GET /cart', 0.1)),
      spanOf('GET /cart', 3),
      spanOf('GET /cart', 3, { isError: true }),
      ...Array.from({ length: 100 }, () => spanOf('POST /pay', 1)),
    ];
    const samples = windowOf(...spans);
    const cart = told(samples, 'GET /cart');
    expect(cart).toMatchObject({
      [traceMetrics.requests]: 10,
      [traceMetrics.errors]: 0.1,
      [traceMetrics.errorRatio]: 0.01,
    });
    const within = (value: number | undefined, expected: number) =>
      expect(Math.abs((value ?? 0) / expected - 1)).toBeLessThan(0.0101);
    within(cart[traceMetrics.p50], 0.1);
    within(cart[traceMetrics.p99], 3);
    const all = told(samples);
    expect(all[traceMetrics.requests]).toBe(20);
    within(all[traceMetrics.p50], 1);
    within(all[traceMetrics.p99], 1);
    expect(samples.filter(({ unit }) => unit === 's')).toHaveLength(9);
  });

  test('a quiet window has rates of zero, no ratio and no duration', () => {
    const signals = new TraceSignals(settings, 0);
    signals.add(spanOf('GET /', 1), 1);
    signals.close(10_000);
    const samples = signals.close(20_000);
    const zeros = { [traceMetrics.requests]: 0, [traceMetrics.errors]: 0 };
    expect([told(samples), told(samples, 'GET /')]).toEqual([zeros, zeros]);
    expect(signals.close(100_000)).toEqual([]);
  });

  test.each([
    ['server', 2, false, true],
    ['consumer', 5, false, true],
    ['internal root', 1, true, true],
    ['root of no kind', 0, true, true],
    ['internal', 1, false, false],
    ['client', 3, false, false],
    ['client root', 3, true, false],
    ['producer root', 4, true, false],
    ['unheard of', 99, true, false],
  ])('a span of kind %s', (_, kind, isRoot, expected) => {
    expect(isRequest({ kind, isRoot })).toBe(expected);
    expect(windowOf(spanOf('x', 1, { kind, isRoot })).length > 0).toBe(expected);
  });

  test('a request without a sound duration counts, its duration does not', () => {
    const samples = windowOf(spanOf('x', undefined), spanOf('x', undefined, { isError: true }));
    expect(told(samples, 'x')).toEqual({
      [traceMetrics.requests]: 0.2,
      [traceMetrics.errors]: 0.1,
      [traceMetrics.errorRatio]: 0.5,
    });
  });

  test.each([
    [1_000n, 1_000n, 0],
    [1n, 1_500_000_001n, 1.5],
    [2n, 1n, undefined],
    [0n, 5n, undefined],
    [undefined, 5n, undefined],
    [5n, undefined, undefined],
    [1n, 2n ** 64n, undefined],
  ])('from %s to %s nanoseconds is %s', (start, end, seconds) => {
    expect(durationSeconds(start, end)).toBe(seconds);
  });
});

describe('limits', () => {
  test('operations beyond the limit are reported as other', () => {
    const samples = windowOf(...['a', 'b', 'c', 'd', 'e', 'other'].map((name) => spanOf(name, 1)));
    expect(told(samples, 'other')[traceMetrics.requests]).toBe(0.3);
    expect(new Set(samples.map(({ labels }) => labels['operation']))).toEqual(
      new Set([undefined, 'a', 'b', 'c', 'other']),
    );
  });

  test('a long name is cut, none is named', () => {
    const names = windowOf(spanOf('', 1), spanOf('n'.repeat(9_999), 1)).map(({ labels }) => labels['operation']);
    expect(new Set(names)).toEqual(new Set([undefined, 'unnamed', 'n'.repeat(maxLabelLength)]));
  });

  test('sources are bounded', () => {
    const signals = new TraceSignals(settings, 0);
    for (let index = 0; index < maxSources; index += 1) signals.add(spanOf('x', 1, { service: `s${index}` }), 0);
    expect(signals.add(spanOf('x', 1), 1)).toBe(false);
    expect(signals.add(spanOf('x', 1), 100_000)).toBe(true);
  });
});

test('quantiles are right to within 1 %, whatever the durations and however they are spread over operations', () => {
  const Seconds = fc.oneof(fc.double({ min: 1e-6, max: 86_400, noNaN: true }), fc.constant(0.25));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), Seconds), { minLength: 1 }), (spans) => {
      const all = told(windowOf(...spans.map(([name, seconds]) => spanOf(name, seconds))));
      const sorted = spans.map(([, seconds]) => seconds).sort((left, right) => left - right);
      for (const [metric, quantile] of [
        [traceMetrics.p50, 0.5],
        [traceMetrics.p95, 0.95],
        [traceMetrics.p99, 0.99],
      ] as const) {
        const exact = sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0;
        expect(Math.abs((all[metric] ?? 0) - exact)).toBeLessThanOrEqual(0.010_001 * exact);
      }
    }),
  );
});
