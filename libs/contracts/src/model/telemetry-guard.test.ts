import fc from 'fast-check';
import { expect, test } from 'vitest';
import { telemetryMetrics } from '../events/telemetry.ts';
import { isTelemetry } from './telemetry-guard.ts';

const text = (maxLength: number) => fc.string({ maxLength, unit: 'binary' });
const odd = fc.oneof(
  fc.constantFrom(undefined, null, true, '', -1, 1.5, 2 ** 53, Number.NaN, Infinity, [], {}),
  fc.json(),
);
const anySeries = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc.record(
    {
      service: fc.constantFrom('shop', 'café 1/a:b', 'x'.repeat(128)),
      instance: fc.constantFrom('shop-1', '10.0.0.1:9100'),
      metric: text(20).filter((name) => name !== ''),
      unit: text(64),
      labels: fc.dictionary(
        text(20).filter((name) => name !== '' && name !== '__proto__'),
        text(30),
        { noNullPrototype: true },
      ),
      timesMs: fc.array(fc.nat(), { minLength: count, maxLength: count }),
      values: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: count, maxLength: count }),
    },
    { requiredKeys: ['service', 'metric', 'labels', 'timesMs', 'values'], noNullPrototype: true },
  ),
);
const telemetry = fc.record(
  { partition: fc.nat(), series: fc.array(anySeries, { minLength: 1, maxLength: 3 }) },
  { noNullPrototype: true },
);

test('valid data is accepted, and the schema would not change it', () => {
  fc.assert(
    fc.property(telemetry, (data) => {
      expect(isTelemetry(data)).toBe(true);
      expect(telemetryMetrics.data.parse(data)).toEqual(data);
    }),
  );
});

test('the schema accepts all accepted data unchanged, for any mutation of it', () => {
  const change = fc.record({
    place: fc.constantFrom(
      'partition',
      'series',
      'surprise',
      ...['service', 'instance', 'metric', 'unit', 'labels', 'timesMs', 'values', 'other'].map(
        (name) => `series.${name}`,
      ),
      ...['timesMs.0', 'values.0', 'labels.name', 'labels.__proto__', 'labels.'].map((name) => `series.${name}`),
    ),
    value: fc.oneof(
      odd,
      text(1_100),
      fc.constantFrom('x'.repeat(129), 'x'.repeat(257), 'x'.repeat(1_025), '-x', 'a|b'),
    ),
  });
  fc.assert(
    fc.property(telemetry, fc.array(change, { minLength: 1, maxLength: 2 }), (data, changes) => {
      for (const { place, value } of changes) put(data, place, value);
      const parsed = telemetryMetrics.data.safeParse(data);
      expect(isTelemetry(data) ? [parsed.success, parsed.data] : [true, data]).toEqual([true, data]);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['too many series', { partition: 0, series: Array.from({ length: 5_001 }, () => one()) }],
  ['no series', { partition: 0, series: [] }],
  ['columns of different length', { partition: 0, series: [one({ timesMs: [1, 2] })] }],
  ['a bad name behind a good one', { partition: 0, series: [one(), one({ service: '<b>' })] }],
  ['a value that is no number', { partition: 0, series: [one({ values: [Number.NaN] })] }],
  ['a time before 1970', { partition: 0, series: [one({ timesMs: [-1] })] }],
  ['a label without a name', { partition: 0, series: [one({ labels: { '': 'x' } })] }],
])('%s: refused here as by the schema', (_, data) => {
  expect([isTelemetry(data), telemetryMetrics.data.safeParse(data).success]).toEqual([false, false]);
});

function one(change: object = {}): object {
  return { service: 'shop', metric: 'cpu', labels: {}, timesMs: [1], values: [1], ...change };
}

function put(data: object, place: string, value: unknown): void {
  const [first = '', second, third] = place.split('.');
  if (second === undefined) return define(data, first, value);
  const { series } = data as { series?: unknown };
  const target: unknown = Array.isArray(series) ? series[0] : undefined;
  if (typeof target !== 'object' || target === null) return;
  if (third === undefined) return define(target, second, value);
  const column = (target as Record<string, unknown>)[second];
  if (typeof column === 'object' && column !== null) define(column, third, value);
}

/** As JSON.parse would put it there: `__proto__` is a name like any other. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
