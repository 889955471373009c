import { startMs } from '@cortex/detection/testing';
import { dailyWave, faultAt, hourMs, isWithin, minuteMs, secondMs, type Scene } from './scene.ts';

const spike = faultAt('a runaway job', startMs + 30 * hourMs, 12 * minuteMs);
const drift = faultAt('latency creeps up', startMs + 60 * hourMs, 3 * hourMs);
const jump = faultAt('a client opens many at once', startMs + 30 * hourMs, 15 * minuteMs);
const burst = faultAt('every request is slow', startMs + 30 * hourMs, 12 * minuteMs);
const between = faultAt('half of the workers hang', startMs + 50 * hourMs, 25 * minuteMs);

/** One scene for each detector of the statistical component. */
export const statisticalScenes: readonly Scene[] = [
  {
    detector: 'moving_average',
    metric: 'cpu_usage_percent',
    title: 'Processor of shop-1',
    stepMs: 30 * secondMs,
    samples: 31 * 120,
    fault: spike,
    shown: { fromMs: spike.fromMs - 50 * minuteMs, toMs: spike.fromMs + 40 * minuteMs },
    seed: 1,
    valueAt: (timeMs, noise) => 18 + 4 * dailyWave(timeMs) + 1.5 * noise() + (isWithin(spike, timeMs) ? 70 : 0),
  },
  {
    detector: 'long_average',
    metric: 'latency_ms',
    title: 'Latency of shop-1',
    stepMs: minuteMs,
    samples: 68 * 60,
    fault: drift,
    shown: { fromMs: drift.fromMs - 3 * hourMs, toMs: drift.toMs + 2 * hourMs },
    seed: 2,
    valueAt(timeMs, noise) {
      const grown = isWithin(drift, timeMs) ? (90 * (timeMs - drift.fromMs)) / (3 * hourMs) : 0;
      return 120 + 5 * noise() + grown;
    },
  },
  {
    detector: 'ewma',
    metric: 'open_connections',
    title: 'Open connections of db-1',
    stepMs: 30 * secondMs,
    samples: 31 * 120,
    fault: jump,
    shown: { fromMs: jump.fromMs - 50 * minuteMs, toMs: jump.fromMs + 40 * minuteMs },
    seed: 3,
    valueAt(timeMs, noise) {
      const wandering = 200 + 60 * Math.sin(timeMs / (37 * minuteMs)) + 30 * Math.sin(timeMs / (23 * minuteMs));
      return Math.round(wandering + 3 * noise() + (isWithin(jump, timeMs) ? 78 : 0));
    },
  },
  {
    detector: 'iqr',
    metric: 'response_time_ms',
    title: 'Slowest response of shop-1',
    stepMs: 30 * secondMs,
    samples: 31 * 120,
    fault: burst,
    shown: { fromMs: burst.fromMs - 50 * minuteMs, toMs: burst.fromMs + 40 * minuteMs },
    seed: 4,
    valueAt(timeMs, noise) {
      const outlier = noise() > 2.7 ? 160 + 30 * noise() : 0;
      return 80 + 8 * noise() + (isWithin(burst, timeMs) ? 170 + 20 * noise() : outlier);
    },
  },
  {
    detector: 'rarity',
    metric: 'busy_workers',
    title: 'Busy workers of queue-1',
    stepMs: minuteMs,
    samples: 52 * 60,
    fault: between,
    shown: { fromMs: between.fromMs - 80 * minuteMs, toMs: between.fromMs + 55 * minuteMs },
    seed: 5,
    valueAt(timeMs, noise) {
      const usual = Math.floor(timeMs / (20 * minuteMs)) % 2 === 0 ? 12 : 64;
      return Math.round((isWithin(between, timeMs) ? 38 : usual) + 1.5 * noise());
    },
  },
];
