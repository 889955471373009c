import { logMetrics, traceMetrics } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { normalNoise, play, repeat, startMs, theOnly } from './test-support.ts';

/** The anomalies in a series of the collector, ten seconds a sample. */
function detected(metric: string, labels: Record<string, string>, values: readonly number[]) {
  return theOnly(play(values, { metric, labels }).drafts, 'anomaly.detected');
}

describe('anomalies of logs and traces', () => {
  test('one template that was never seen before is found with its second sample, and quoted in the explanation', () => {
    const values = [...repeat(360, () => 0), ...repeat(6, () => 1), ...repeat(20, () => 0)];
    const found = detected(logMetrics.newTemplates, { severity: 'warn_or_worse' }, values);
    expect(found).toMatchObject({ kind: 'log', direction: 'up' });
    expect((Date.parse(found.observedAt) - startMs) / 10_000).toBe(361);
    expect(found.explanation).toMatch(
      /^number of log templates never seen before \(warnings and errors\) of shop-1 is 1; normal is /,
    );
  });

  test('a burst of a template is found, and its text quoted', () => {
    const noise = normalNoise(1);
    const values = [...repeat(360, () => Math.max(0, 2 + 0.3 * noise())), ...repeat(6, () => 30)];
    const labels = { template: 'payment of order <num> declined', template_id: 'a1' };
    const found = detected(logMetrics.template, labels, values);
    expect(found).toMatchObject({ kind: 'log', value: 30, labels });
    expect(found.explanation).toContain(
      'log records per second that say "payment of order <num> declined" of shop-1 is 30',
    );
  });

  test('logs that stop are found', () => {
    const noise = normalNoise(2);
    const values = [...repeat(360, () => 20 + 2 * noise()), ...repeat(6, () => 0)];
    expect(detected(logMetrics.records, {}, values)).toMatchObject({ kind: 'log', direction: 'down' });
  });

  test('a latency that steps up is found, and its operation named', () => {
    const noise = normalNoise(3);
    const values = [...repeat(360, () => 0.2 + 0.01 * noise()), ...repeat(6, () => 0.6 + 0.01 * noise())];
    const found = detected(traceMetrics.p99, { operation: 'GET /cart' }, values);
    expect(found).toMatchObject({ kind: 'trace', direction: 'up' });
    expect(found.explanation).toMatch(
      /^99th percentile of the duration of requests "GET \/cart" of shop-1 is 0\.\d+ s; normal is 0\.\d+ s/,
    );
  });
});
