import { traceMetrics } from '@cortex/contracts';
import { TraceSignals } from '@cortex/signals';
import { startMs } from '@cortex/detection/testing';
import { faultAt, hourMs, isWithin, minuteMs, secondMs, type Scene } from './scene.ts';

const windowMs = 10 * secondMs;
const requestsPerWindow = 20;
const wait = faultAt('one request in ten waits', startMs + 6 * hourMs, 12 * minuteMs);
const settings = {
  silentAfterMs: 15 * minuteMs,
  warmUpMs: 10 * minuteMs,
  warmUpRecords: 1_000,
  templates: 500,
  templateSeries: 30,
  operations: 20,
};

/** The 99th percentile of an operation, made of spans. */
export const traceScene: Scene = {
  detector: 'iqr',
  metric: traceMetrics.p99,
  labels: { operation: 'GET /cart' },
  title: '99th percentile of GET /cart of shop-1',
  stepMs: windowMs,
  samples: 7 * 360,
  fault: wait,
  shown: { fromMs: wait.fromMs - 25 * minuteMs, toMs: wait.toMs + 13 * minuteMs },
  seed: 13,
  valueAt(timeMs, noise) {
    const signals = new TraceSignals(settings, timeMs - windowMs);
    for (let request = 0; request < requestsPerWindow; request += 1) {
      const waits = request < 2 && isWithin(wait, timeMs) ? 0.8 + 0.1 * noise() : 0;
      const seconds = 0.12 * Math.exp(0.3 * noise()) + waits;
      signals.add({ service: 'shop', name: 'GET /cart', kind: 2, isRoot: true, isError: false, seconds }, timeMs);
    }
    const samples = signals.close(timeMs);
    return samples.find(({ metric }) => metric === traceMetrics.p99)?.value ?? Number.NaN;
  },
};
