import { backtestSeries, compileDetection, type BacktestRow } from '@cortex/detection';
import { count, quantile, round, type Table } from '../report.ts';
import { faults, type Fault } from './fault-kinds.ts';
import { healthyValues, shapes, type Shape } from './synthetic-metric.ts';

const settings = compileDetection([], []);
const startMs = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const learningMs = 4 * 24 * hourMs;
const afterMs = 6 * hourMs;
/** How long after its end an alert still belongs to a fault. */
const graceMs = 10 * minuteMs;
const steps = [10_000, 30_000, 60_000];

interface Outcome {
  /** Undefined when the fault was not found. */
  readonly delayMs: number | undefined;
  readonly alerts: number;
  readonly falseAlerts: number;
}

/** Seeded services with known faults, at the default settings. */
export function benchFaults(seeds: number): Table {
  const rows = faults.map((fault) => {
    const outcomes = Array.from({ length: seeds }, (_, seed) => play(fault, seed));
    return { name: fault.name, outcomes };
  });
  const all = { name: 'all', outcomes: rows.flatMap(({ outcomes }) => outcomes) };
  return {
    title: `Injected faults, ${seeds} seeds each, at the default settings; 4 days to learn, every 10, 30 or 60 s`,
    columns: ['fault', 'found', 'mean delay', 'p95 delay', 'alerts', 'false'],
    rows: [...rows, all].map(({ name, outcomes }) => {
      const delays = outcomes.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
      const alerts = outcomes.reduce((sum, outcome) => sum + outcome.alerts, 0);
      const wrong = outcomes.reduce((sum, outcome) => sum + outcome.falseAlerts, 0);
      return [
        name,
        `${round((100 * delays.length) / outcomes.length)} %`,
        minutes(delays.reduce((sum, delay) => sum + delay, 0) / delays.length),
        minutes(quantile(delays, 0.95)),
        alerts,
        `${wrong} (${round((100 * wrong) / Math.max(1, alerts))} %)`,
      ];
    }),
    notes: [
      'Goal (specification 10.1): recall above 95 %, false alerts below 10 % of alerts, mean time to detect below 5 min.',
    ],
  };
}

function play(fault: Fault, seed: number): Outcome {
  const stepMs = steps[seed % steps.length] ?? minuteMs;
  const onsetMs = startMs + learningMs + ((seed * 7 * hourMs) % (24 * hourMs));
  const endMs = onsetMs + fault.minutes * minuteMs;
  const shape = shapes.find(({ metric }) => metric === fault.metric);
  if (shape === undefined) throw new Error(`no metric is called ${fault.metric}`);
  const samples = withFault(fault, shape, seed, { onsetMs, endMs, stepMs });
  let found: number | undefined;
  let alerts = 0;
  let falseAlerts = 0;
  for (const { timeMs, opened } of judged(shape, samples)) {
    if (opened === undefined) continue;
    alerts += 1;
    if (timeMs < onsetMs || timeMs > endMs + graceMs) falseAlerts += 1;
    else found ??= timeMs - onsetMs;
  }
  return { delayMs: found, alerts, falseAlerts };
}

function* withFault(
  fault: Fault,
  shape: Shape,
  seed: number,
  { onsetMs, endMs, stepMs }: { readonly onsetMs: number; readonly endMs: number; readonly stepMs: number },
) {
  let before = shape.level;
  let timeMs = startMs;
  for (const healthy of healthyValues(shape, 1_000 + seed, startMs, stepMs)) {
    if (timeMs > endMs + afterMs) return;
    const isWrong = timeMs >= onsetMs && timeMs < endMs;
    const value = isWrong ? fault.value(healthy, (timeMs - onsetMs) / minuteMs, before) : healthy;
    yield { timeMs, value };
    before = value;
    timeMs += stepMs;
  }
}

function judged(
  shape: Shape,
  samples: Iterable<{ readonly timeMs: number; readonly value: number }>,
): Iterable<BacktestRow> {
  const { metric, unit } = shape;
  return backtestSeries(
    settings,
    { service: 'bed', metric, labels: {}, ...(unit === undefined ? {} : { unit }) },
    samples,
  );
}

/** A day of many healthy series after as long to learn: whatever is told is false. */
export function benchQuiet(series: number): Table {
  const stepMs = minuteMs;
  const learning = 24 * hourMs;
  const byMetric = new Map<string, { series: number; alerts: number }>();
  let samples = 0;
  for (let index = 0; index < series; index += 1) {
    const shape = shapes[index % shapes.length];
    if (shape === undefined) continue;
    const tally = byMetric.get(shape.metric) ?? { series: 0, alerts: 0 };
    byMetric.set(shape.metric, tally);
    tally.series += 1;
    const day = take(healthyValues(shape, 50_000 + index, startMs, stepMs), (learning + 24 * hourMs) / stepMs, stepMs);
    for (const { timeMs, opened } of judged(shape, day)) {
      if (timeMs < startMs + learning) continue;
      samples += 1;
      if (opened !== undefined) tally.alerts += 1;
    }
  }
  const alerts = [...byMetric.values()].reduce((sum, tally) => sum + tally.alerts, 0);
  return {
    title: `A quiet day: ${count(series)} healthy series every minute, ${count(samples)} samples after a day to learn`,
    columns: ['metric', 'series', 'false alerts'],
    rows: [...[...byMetric].map(([metric, tally]) => [metric, tally.series, tally.alerts]), ['all', series, alerts]],
    notes: ['Goal: at most one in all.'],
  };
}

function* take(values: Iterable<number>, most: number, stepMs: number) {
  let index = 0;
  for (const value of values) {
    if (index >= most) return;
    yield { timeMs: startMs + index * stepMs, value };
    index += 1;
  }
}

function minutes(ms: number): string {
  return Number.isFinite(ms) ? `${round(ms / minuteMs)} min` : '-';
}
