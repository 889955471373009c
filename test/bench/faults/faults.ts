import { MachineLearning } from '@cortex/contracts';
import { compileDetection, type DetectionSettings } from '@cortex/detection';
import { quantile, round, type Table } from '../report.ts';
import { faults, type Fault } from './fault-kinds.ts';
import { Instance } from './instance.ts';
import { bedStartMs, shapes } from './synthetic-metric.ts';

const ways: Readonly<Record<string, DetectionSettings>> = {
  'by default': compileDetection([], []),
  'each metric alone': compileDetection([], [], { machineLearning: MachineLearning.parse({ enabled: false }) }),
};
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const learningMs = 4 * 24 * hourMs;
const afterMs = 6 * hourMs;
/** How long after its end an alert still belongs to a fault. */
const graceMs = 10 * minuteMs;
const steps = [10_000, 30_000, 60_000];

interface Outcome {
  readonly fault: string;
  /** Undefined when the fault was not found. */
  readonly delayMs: number | undefined;
  readonly alerts: number;
  readonly falseAlerts: number;
}

/** Instances of a synthetic service with known faults in one of their metrics, through the live detection. */
export function benchFaults(seeds: number): readonly Table[] {
  return Object.entries(ways).map(([way, settings]) => {
    const outcomes = Array.from({ length: seeds }, (_, seed) => playAll(settings, seed)).flat();
    const names = [...faults.map(({ name }) => name), 'all'];
    return {
      title: `Injected faults, ${way}: ${seeds} instances of ${shapes.length} metrics, every 10, 30 or 60 s, 4 days to learn`,
      columns: ['fault', 'found', 'mean delay', 'p95 delay', 'alerts', 'false'],
      rows: names.map((name) => row(name, name === 'all' ? outcomes : outcomes.filter(({ fault }) => fault === name))),
      notes: [
        'Goal (specification 10.1): recall above 95 %, false alerts below 10 % of alerts, mean time to detect below 5 min.',
      ],
    };
  });
}

/** Every fault in the life of one instance, each time from the same past. */
function playAll(settings: DetectionSettings, seed: number): Outcome[] {
  const onsetMs = bedStartMs + learningMs + ((seed * 7 * hourMs) % (24 * hourMs));
  const healthy = new Instance(settings, 100 + seed, steps[seed % steps.length] ?? minuteMs);
  // Alerts before any fault count once for each: they belong to all these lives.
  const early = [...healthy.liveUntil(onsetMs)].length;
  return faults.map((fault) => {
    const { delayMs, alerts, falseAlerts } = play(healthy.fork(), fault, onsetMs);
    return { fault: fault.name, delayMs, alerts: alerts + early, falseAlerts: falseAlerts + early };
  });
}

function play(instance: Instance, fault: Fault, onsetMs: number): Omit<Outcome, 'fault'> {
  const endMs = onsetMs + fault.minutes * minuteMs;
  let found: number | undefined;
  let alerts = 0;
  let falseAlerts = 0;
  const told = instance.liveUntil(endMs + afterMs, (metric, healthy, timeMs, before) =>
    metric === fault.metric && timeMs < endMs ? fault.value(healthy, (timeMs - onsetMs) / minuteMs, before) : healthy,
  );
  for (const { timeMs } of told) {
    alerts += 1;
    if (timeMs > endMs + graceMs) falseAlerts += 1;
    else found ??= timeMs - onsetMs;
  }
  return { delayMs: found, alerts, falseAlerts };
}

function row(name: string, outcomes: readonly Outcome[]): Table['rows'][number] {
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
}

function minutes(ms: number): string {
  return Number.isFinite(ms) ? `${round(ms / minuteMs)} min` : '-';
}
