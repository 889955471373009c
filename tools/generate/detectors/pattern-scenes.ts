import { startMs } from '@cortex/detection/testing';
import { dailyWave, dayMs, faultAt, hourMs, isWithin, minuteMs, secondMs, type Scene } from './scene.ts';

const atNight = faultAt('a crawler comes at night', startMs + 15 * dayMs + 2 * hourMs, 90 * minuteMs);
const quietDay = faultAt('a region is lost: 20 % less', startMs + 15 * dayMs + 9 * hourMs, 7 * hourMs);
const fall = faultAt('half of the traffic is gone', startMs + 2 * dayMs + 14 * hourMs, 20 * minuteMs);
const record = faultAt('a log fills the disk', startMs + 3 * dayMs + 5 * hourMs, 12 * minuteMs);
const step = faultAt('a slower release', startMs + 30 * hourMs, 60 * minuteMs);
const thrash = faultAt('the pool opens and closes', startMs + 30 * hourMs, 40 * minuteMs);
const stuck = faultAt('the exporter is stuck', startMs + 30 * hourMs, 30 * minuteMs);

/** One scene for each detector of the pattern component. */
export const patternScenes: readonly Scene[] = [
  {
    detector: 'seasonality',
    metric: 'requests_per_second',
    title: 'Requests per second of shop-1',
    stepMs: 5 * minuteMs,
    samples: 16 * 288,
    fault: atNight,
    shown: { fromMs: atNight.fromMs - 20 * hourMs, toMs: atNight.fromMs + 14 * hourMs },
    seed: 6,
    valueAt: (timeMs, noise) => 60 + 300 * dailyWave(timeMs) + 10 * noise() + (isWithin(atNight, timeMs) ? 270 : 0),
  },
  {
    detector: 'seasonal_shift',
    metric: 'requests_per_second',
    title: 'Requests per second of shop-1',
    stepMs: 5 * minuteMs,
    samples: 16 * 288,
    fault: quietDay,
    shown: { fromMs: quietDay.fromMs - 30 * hourMs, toMs: quietDay.toMs + 5 * hourMs },
    seed: 7,
    valueAt: (timeMs, noise) => (120 + 240 * dailyWave(timeMs) + 14 * noise()) * (isWithin(quietDay, timeMs) ? 0.8 : 1),
  },
  {
    detector: 'rate_of_change',
    metric: 'requests_per_second',
    title: 'Requests per second of shop-1',
    stepMs: 30 * secondMs,
    samples: 64 * 120,
    fault: fall,
    shown: { fromMs: fall.fromMs - 60 * minuteMs, toMs: fall.toMs + 30 * minuteMs },
    seed: 8,
    valueAt: (timeMs, noise) => (80 + 320 * dailyWave(timeMs) + 6 * noise()) * (isWithin(fall, timeMs) ? 0.5 : 1),
  },
  {
    detector: 'new_extreme',
    metric: 'disk_usage_percent',
    title: 'Disk usage of db-1',
    stepMs: minuteMs,
    samples: 79 * 60,
    fault: record,
    shown: { fromMs: record.fromMs - 100 * minuteMs, toMs: record.fromMs + 90 * minuteMs },
    seed: 9,
    valueAt(timeMs, noise) {
      const filled = isWithin(record, timeMs) ? (24 * (timeMs - record.fromMs)) / (12 * minuteMs) : 0;
      return 50 + 10 * ((timeMs / (6 * hourMs)) % 1) + 0.15 * noise() + filled;
    },
  },
  {
    detector: 'level_shift',
    metric: 'latency_ms',
    title: 'Latency of shop-1',
    stepMs: 30 * secondMs,
    samples: 33 * 120,
    fault: step,
    shown: { fromMs: step.fromMs - 60 * minuteMs, toMs: step.toMs + 40 * minuteMs },
    seed: 10,
    valueAt: (timeMs, noise) => 120 + 8 * noise() + (isWithin(step, timeMs) ? 50 : 0),
  },
  {
    detector: 'variability',
    metric: 'connections_in_use',
    title: 'Connections in use of db-1',
    stepMs: 30 * secondMs,
    samples: 33 * 120,
    fault: thrash,
    shown: { fromMs: thrash.fromMs - 60 * minuteMs, toMs: thrash.toMs + 40 * minuteMs },
    seed: 11,
    valueAt(timeMs, noise) {
      const side = Math.floor(timeMs / (30 * secondMs)) % 2 === 0 ? 1 : -1;
      return Math.round(70 + 3 * noise() + (isWithin(thrash, timeMs) ? 18 * side : 0));
    },
  },
  {
    detector: 'flat_line',
    metric: 'queue_depth',
    title: 'Queue depth of shop-1',
    stepMs: 30 * secondMs,
    samples: 31 * 120,
    fault: stuck,
    shown: { fromMs: stuck.fromMs - 30 * minuteMs, toMs: stuck.toMs + 20 * minuteMs },
    seed: 12,
    valueAt(timeMs, noise) {
      const measured = 40 + 12 * dailyWave(timeMs) + 4 * noise();
      return isWithin(stuck, timeMs) ? 43.7 : Math.round(10 * measured) / 10;
    },
  },
];
