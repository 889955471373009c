import { formatDuration } from '@cortex/conditions';
import type { AnomalyEnd } from '@cortex/contracts';
import { flatLine } from '../detectors/flat-line.ts';
import type { Observation } from '../series/series-detector.ts';
import type { Series } from '../series/series.ts';
import { nameSignal } from './name-signal.ts';
import { formatValue } from '../unit.ts';

/** `memory of shop-1 is 412 MB; normal is 110 MB to 130 MB`. */
export function explainAnomaly(series: Series, observation: Observation, triggerIds: readonly string[]): string {
  const parts = [`${nameOf(series)} is ${formatValue(observation.sample.value, series.unit)}`];
  const range = normalRange(series, observation.sample.value);
  if (isStuck(series)) parts.push('the very same value again and again, although it used to move');
  else if (range !== undefined) parts.push(range);
  if (series.note !== undefined) parts.push(series.note);
  for (const { id, condition, durationMs } of series.settings.triggers) {
    if (!triggerIds.includes(id)) continue;
    const held = durationMs === 0 ? 'holds' : `has held for ${formatDuration(durationMs)}`;
    parts.push(`${condition.source} ${held}, the trigger of playbook ${id}`);
  }
  return parts.join('; ').slice(0, 4_000);
}

export function explainClear(series: Series, reason: AnomalyEnd, observation: Observation | undefined): string {
  const value = observation === undefined ? '' : ` is ${formatValue(observation.sample.value, series.unit)}`;
  switch (reason) {
    case 'back_to_normal':
      return `${nameOf(series)}${value}: back to normal`;
    case 'level_accepted':
      return `${nameOf(series)}${value}: it has stayed there for so long that this level is now the normal one`;
    case 'series_ended':
      return `${nameOf(series)}: no more samples arrive, so nothing can be said any longer`;
    default:
      return reason satisfies never;
  }
}

function nameOf({ identity }: Series): string {
  return nameSignal(identity) ?? nameMetric(identity);
}

function nameMetric({ service, instance, metric, labels }: Series['identity']): string {
  const words = metric
    .replace(/_(percent|percentage|ratio|bytes|seconds|milliseconds|ms|total)$/, '')
    .replaceAll(/[_.]+/g, ' ')
    .trim();
  const details = Object.entries(labels).map(([name, value]) => `${name} ${value}`);
  const suffix = details.length === 0 ? '' : ` (${details.join(', ').slice(0, 200)})`;
  return `${words === '' ? metric : words} of ${instance ?? service}${suffix}`;
}

function isStuck({ detector }: Series): boolean {
  return detector.details().algorithms.some(({ name, anomalous }) => name === flatLine.name && anomalous);
}

/** The normal range may contain a value that the series has hardly ever had. */
function normalRange({ unit, detector }: Series, value: number): string | undefined {
  const { range } = detector;
  if (range === undefined) return undefined;
  const { expected, lower, upper } = range;
  // For a value that was never below zero, a normal range that starts below it would mislead.
  const least = expected >= 0 ? Math.max(0, lower) : lower;
  const [from, to] = [formatValue(least, unit), formatValue(upper, unit)];
  if (value >= lower && value <= upper) return `which it seldom is, although within ${from} to ${to}`;
  return from === to ? `normal is about ${from}` : `normal is ${from} to ${to}`;
}
