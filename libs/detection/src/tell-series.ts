import type { EventDraft } from '@cortex/contracts';
import { toEvent } from './to-event.ts';
import type { SampleResult, Series } from './series/series.ts';

/**
 * The event of a sample that was taken in: what changed, or that an open anomaly goes on, after each `repeatMs`. It goes on
 * while the newest sample shows it: a series that is silent, or on its way back, repeats nothing.
 */
export function tellSeries(
  series: Series,
  { observation, transition }: Extract<SampleResult, { refused?: undefined }>,
  repeatMs: number,
  clockMs: number,
): EventDraft | undefined {
  if (transition !== undefined) {
    series.toldAtMs = clockMs;
    return toEvent(series, transition, clockMs, observation);
  }
  const { open } = series.tracker;
  if (open === undefined || open.normal > 0 || clockMs - series.toldAtMs < repeatMs) return undefined;
  series.toldAtMs = clockMs;
  const triggers = open.triggers.filter((id) => series.times[id] !== undefined);
  return toEvent(series, { type: 'goes_on', anomaly: { ...open, triggers } }, clockMs, observation);
}
