import { logMetrics, type SeriesSample } from '@cortex/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxLabelLength, maxMinedServices, maxSources } from '../limits.ts';
import type { LogRecord } from './log-record.ts';
import { LogSignals } from './log-signals.ts';

const windowMs = 10_000;
const settings = {
  silentAfterMs: 60_000,
  warmUpMs: 30_000,
  warmUpRecords: 3,
  templates: 50,
  templateSeries: 4,
  operations: 3,
};

const recordOf = (body: string, more: Partial<LogRecord> = {}): LogRecord => ({ service: 'shop', body, ...more });

/** Windows of ten seconds, one after the other, with the samples at the end of each. */
function setUp(more: Partial<typeof settings> = {}) {
  const signals = new LogSignals({ ...settings, ...more }, 0);
  let nowMs = 0;
  return {
    signals,
    window(...records: readonly LogRecord[]): SeriesSample[] {
      for (const record of records) signals.add(record, nowMs + 1);
      nowMs += windowMs;
      return signals.close(nowMs);
    },
  };
}

const valuesOf = (samples: readonly SeriesSample[], metric: string): number[] =>
  samples.filter((sample) => sample.metric === metric).map(({ value }) => value);
const newOf = (samples: readonly SeriesSample[], severity: string) =>
  samples.find(({ metric, labels }) => metric === logMetrics.newTemplates && labels['severity'] === severity)?.value;

describe('rates', () => {
  test('records and errors per second and the share of errors, of each instance', () => {
    const { window } = setUp();
    const samples = window(
      recordOf('fine', { instance: 'shop-1' }),
      recordOf('ERROR bad', { instance: 'shop-1' }),
      recordOf('fine', { instance: 'shop-2' }),
    );
    const ofFirst = samples.filter(({ instance }) => instance === 'shop-1');
    expect(ofFirst).toEqual([
      { service: 'shop', instance: 'shop-1', metric: logMetrics.records, labels: {}, timeMs: windowMs, value: 0.2 },
      { service: 'shop', instance: 'shop-1', metric: logMetrics.errors, labels: {}, timeMs: windowMs, value: 0.1 },
      { service: 'shop', instance: 'shop-1', metric: logMetrics.errorRatio, labels: {}, timeMs: windowMs, value: 0.5 },
    ]);
    expect(samples.filter(({ instance }) => instance === 'shop-2').map(({ value }) => value)).toEqual([0.1, 0, 0]);
  });

  test('a quiet window has a rate of zero and no ratio, until the silence has lasted', () => {
    const { window } = setUp();
    window(recordOf('fine'));
    for (let quiet = 1; quiet < 6; quiet += 1) {
      const samples = window();
      expect(valuesOf(samples, logMetrics.records)).toEqual([0]);
      expect(valuesOf(samples, logMetrics.errorRatio)).toEqual([]);
      expect(valuesOf(samples, logMetrics.template)).toEqual([0]);
      expect(valuesOf(samples, logMetrics.newTemplates)).toEqual([0, 0]);
    }
    window();
    expect(window()).toEqual([]);
    expect(valuesOf(window(recordOf('fine')), logMetrics.records)).toEqual([0.1]);
  });

  test('a window is as long as it was open', () => {
    const { signals } = setUp();
    for (let index = 0; index < 5; index += 1) signals.add(recordOf('fine'), index);
    expect(valuesOf(signals.close(2_500), logMetrics.records)).toEqual([2]);
    expect(signals.close(2_500)).toEqual([]);
  });

  test('when the clock is set back nothing is reported, and nothing is lost', () => {
    const signals = new LogSignals(settings, 100_000);
    signals.add(recordOf('fine'), 100_001);
    expect(signals.close(50_000)).toEqual([]);
    expect(valuesOf(signals.close(51_000), logMetrics.records)).toEqual([1]);
  });
});

describe('templates', () => {
  test('the series of a template keeps its labels while the template becomes more general', () => {
    const { window } = setUp();
    const of = (samples: readonly SeriesSample[]) => samples.filter(({ metric }) => metric === logMetrics.template);
    const first = of(window(recordOf('session of alice closed')));
    const second = of(window(recordOf('session of bob closed'), recordOf('session of carol closed')));
    expect(first).toMatchObject([{ labels: { template: 'session of alice closed' }, value: 0.1 }]);
    expect(second.map(({ labels, value }) => [labels, value])).toEqual([[first[0]?.labels, 0.2]]);
  });

  test('half of the series are for warnings and errors, and the busiest of each have them', () => {
    const { window } = setUp();
    const records = ['a', 'b b', 'c c c'].flatMap((body, index) => [
      ...Array.from({ length: index + 1 }, () => recordOf(body)),
      ...Array.from({ length: index + 1 }, () => recordOf(body, { severityText: 'warn' })),
    ]);
    const told = window(...records).filter(({ metric }) => metric === logMetrics.template);
    expect(told.map(({ labels }) => labels['template']).sort()).toEqual(['b b', 'b b', 'c c c', 'c c c']);
  });

  test('a much busier template replaces another', () => {
    const { window } = setUp({ templateSeries: 2 });
    const burst = (times: number) => Array.from({ length: times }, () => recordOf('b b'));
    const told = (samples: readonly SeriesSample[]) =>
      samples.filter(({ metric }) => metric === logMetrics.template).map(({ labels }) => labels['template']);
    expect(told(window(recordOf('a')))).toEqual(['a']);
    expect(told(window(recordOf('a'), ...burst(2)))).toEqual(['a']);
    expect(told(window(recordOf('a'), ...burst(20)))).toEqual(['b b']);
  });

  test('the text is cut to what a label may hold', () => {
    const told = setUp().window(recordOf('word'.repeat(1_000)));
    const [text = ''] = told.flatMap(({ labels }) => labels['template'] ?? []);
    expect(text).toHaveLength(maxLabelLength);
  });
});

describe('new templates', () => {
  const known = () => recordOf('known line');

  test('none is counted while the service warms up; then each for six windows, by its severity', () => {
    const { window } = setUp();
    for (let index = 0; index < 3; index += 1) {
      expect(newOf(window(known(), recordOf(`ERROR ${'x '.repeat(index)}`)), 'warn_or_worse')).toBe(0);
    }
    window(known());
    const after = [window(known(), recordOf('ERROR never seen')), ...Array.from({ length: 6 }, () => window(known()))];
    expect(after.map((samples) => newOf(samples, 'warn_or_worse'))).toEqual([1, 1, 1, 1, 1, 1, 0]);
    expect(after.map((samples) => newOf(samples, 'other'))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(newOf(window(recordOf('ERROR never seen')), 'warn_or_worse')).toBe(0);
  });

  test('the first ten of a window are named, once', () => {
    const signals = new LogSignals({ ...settings, warmUpMs: 0, warmUpRecords: 0 }, 0);
    for (let words = 1; words <= 12; words += 1) signals.add(recordOf(`ERROR ${'x '.repeat(words)}`), 1);
    const named = signals.takeNewTemplates(2);
    expect(named[0]).toEqual({ service: 'shop', level: 'error', text: 'ERROR x' });
    expect([named.length, signals.takeNewTemplates(2)]).toEqual([10, []]);
  });

  test('a service that logs little warms up until it has logged enough', () => {
    const { window } = setUp({ warmUpRecords: 100 });
    for (let index = 0; index < 5; index += 1) window(known());
    expect(newOf(window(recordOf('ERROR never seen')), 'warn_or_worse')).toBe(0);
  });
});

describe('whatever comes', () => {
  const Service = fc.constantFrom('shop', '__proto__', 'constructor', 'db');
  const Record = fc.record({
    service: Service,
    body: fc.oneof(fc.string(), fc.constantFrom('ERROR x', 'fine 1', 'fine 2')),
    severityNumber: fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, Infinity)),
  });

  test('every record is counted once, in one window, and every value is finite', () => {
    fc.assert(
      fc.property(fc.array(fc.array(Record, { maxLength: 20 }), { maxLength: 10 }), (windows) => {
        const { window } = setUp();
        for (const records of windows) {
          const samples = window(...records);
          const total = valuesOf(samples, logMetrics.records).reduce((sum, value) => sum + value, 0);
          expect(total * 10).toBeCloseTo(records.length, 6);
          expect(samples.every(({ value }) => Number.isFinite(value) && value >= 0)).toBe(true);
        }
      }),
    );
  });

  test('sources and services are bounded; one beyond is reported, and replaces a silent one', () => {
    const signals = new LogSignals(settings, 0);
    for (let index = 0; index < maxSources; index += 1) {
      expect(signals.add(recordOf('x', { service: `s${index}` }), 0)).toBe(true);
    }
    expect(signals.add(recordOf('x', { service: 'late' }), 1)).toBe(false);
    const samples = signals.close(1_000);
    expect(valuesOf(samples, logMetrics.records)).toHaveLength(maxSources);
    expect(valuesOf(samples, logMetrics.newTemplates)).toHaveLength(2 * maxMinedServices);
    expect(signals.add(recordOf('x', { service: 'late' }), 100_000)).toBe(true);
  });

  test('series of a service are bounded, however many templates it has', () => {
    const { window } = setUp();
    const records = Array.from({ length: 2_000 }, (_, index) => recordOf(`${'w '.repeat(index % 40)}${index % 7}`));
    expect(valuesOf(window(...records), logMetrics.template).length).toBeLessThanOrEqual(settings.templateSeries);
  });
});
