import type { Condition, ConditionVerdict } from '@cortex/conditions';
import type { Target } from '@cortex/contracts';
import { isAbout, presentSample } from './series.ts';
import type { ObservedSample, ObservedSeries, SeriesStore } from './series.ts';

/** The result of a condition for one target. */
export interface ConditionReading {
  readonly verdict: ConditionVerdict;
  /** The values that decided. */
  readonly values: Readonly<Record<string, number>>;
  /** When the newest of them was sampled, epoch milliseconds. */
  readonly sampledAtMs?: number;
  readonly missing: readonly string[];
  /** The labels of the series that decided, as one text; empty for none. */
  readonly labels: string;
}

/**
 * Evaluates a condition on the present values, all of them from after the effect. Where several series have the name,
 * as with one disk usage per mount, the condition must hold for each of them: one that fails fails the whole, one
 * without data leaves the whole without data.
 */
export function readCondition(
  condition: Condition,
  target: Target,
  store: SeriesStore,
  nowMs: number,
): ConditionReading {
  return decisive(condition, readEach(condition, target, store, nowMs));
}

/** The condition on the present values of each series that it may be about. */
export function readEach(
  condition: Condition,
  target: Target,
  store: SeriesStore,
  nowMs: number,
): readonly ConditionReading[] {
  return readAll(condition, target, store, (series) => presentSample(series, nowMs));
}

/**
 * Evaluates a condition on the last values from before the remediation: of the series with these labels if known, else
 * of all.
 */
export function readConditionBefore(
  condition: Condition,
  target: Target,
  store: SeriesStore,
  labels?: string,
): ConditionReading {
  const readings = readAll(condition, target, store, (series) => series.before);
  return readings.find((reading) => reading.labels === labels) ?? decisive(condition, readings);
}

function decisive(condition: Condition, readings: readonly ConditionReading[]): ConditionReading {
  return (
    readings.find(({ verdict }) => verdict === 'false') ??
    readings.find(({ verdict }) => verdict === 'no_data') ??
    readings.at(-1) ?? { verdict: 'no_data', values: {}, missing: condition.variables, labels: '' }
  );
}

function readAll(
  condition: Condition,
  target: Target,
  store: SeriesStore,
  sampleOf: (series: ObservedSeries) => ObservedSample | undefined,
): readonly ConditionReading[] {
  const known = [...store.values()].filter(
    (series) => condition.variables.includes(series.metric) && isAbout(series, target),
  );
  const candidates = known.filter((series) => !isReplaced(series, known));
  return [...new Set(candidates.map(labelKey))].map((labels) => {
    const values: Record<string, number> = {};
    const times: number[] = [];
    for (const variable of condition.variables) {
      const series = seriesFor(variable, labels, candidates);
      const sample = series === undefined ? undefined : sampleOf(series);
      if (sample === undefined) continue;
      values[variable] = sample.value;
      times.push(sample.timeMs);
    }
    const { verdict, missing } = condition.evaluate(values);
    return { verdict, values, missing, labels, ...(times.length === 0 ? {} : { sampledAtMs: Math.max(...times) }) };
  });
}

/** The series of a variable that matches a label set: the same labels, else the one without any, else the only one. */
function seriesFor(
  variable: string,
  labels: string,
  candidates: readonly ObservedSeries[],
): ObservedSeries | undefined {
  const named = candidates.filter((series) => series.metric === variable);
  return (
    named.find((series) => labelKey(series) === labels) ??
    named.find((series) => labelKey(series) === '') ??
    (named.length === 1 ? named[0] : undefined)
  );
}

/** Labels that identify one run of a process or container: a restart changes them. */
const runLabels = new Set(['pid', 'process_id', 'container', 'container_id', 'pod', 'pod_uid', 'run_id']);

/** A series that ended with the effect while the same one began with the labels of another run. */
function isReplaced(series: ObservedSeries, known: readonly ObservedSeries[]): boolean {
  if (series.after.length > 0 || lastingLabels(series) === labelKey(series)) return false;
  return known.some(
    (other) =>
      other.metric === series.metric &&
      other.before === undefined &&
      other.after.length > 0 &&
      lastingLabels(other) === lastingLabels(series),
  );
}

function lastingLabels(series: ObservedSeries): string {
  const lasting = Object.entries(series.labels).filter(([name]) => !runLabels.has(name));
  return labelKey({ labels: Object.fromEntries(lasting) });
}

function labelKey(series: Pick<ObservedSeries, 'labels'>): string {
  return Object.entries(series.labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('|');
}
