import type { Evidence } from '../evidence.ts';

/** An effect whose last question was answered just before may still begin. */
const effectiveMs = 1_000;
/** Processes of a busy machine take their time from the call to their first line. */
const startMs = 300;

/** INV-3. */
export function nothingWhileSwitchedOff({ switched, effects }: Evidence): readonly string[] {
  const spans = switched.flatMap(({ on, atMs }, index) =>
    on ? [{ fromMs: atMs, toMs: switched[index + 1]?.atMs ?? Number.POSITIVE_INFINITY }] : [],
  );
  return effectsWithin(spans, effects).map((text) => `${text} after the kill switch went on`);
}

/** INV-5. */
export function nothingWhileBlind({ blind, effects }: Evidence): readonly string[] {
  return effectsWithin(blind, effects).map((text) => `${text} after Cortex could no longer know whether it may`);
}

function effectsWithin(spans: Evidence['blind'], effects: Evidence['effects']): readonly string[] {
  return spans.flatMap(({ fromMs, toMs }) =>
    effects
      .filter(({ atMs }) => atMs > fromMs + effectiveMs + startMs && atMs < toMs)
      .map(({ instance, atMs }) => `an effect on ${instance} ${((atMs - fromMs) / 1_000).toFixed(1)} s`),
  );
}
