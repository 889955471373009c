import { z } from 'zod';
import { Normal } from './limit.ts';

/** How a series stands to its limit of harm. */
export const HarmState = z.strictObject({
  /** The time without a break for which it has been beyond the limit, from its first sample there to its last. */
  run: z
    .strictObject({
      sinceMs: z.number(),
      untilMs: z.number(),
      /** What was normal when it began: algorithms may learn while it lasts. */
      normal: Normal.optional(),
      /** The series has never been anywhere else: nothing can be said of that. */
      isFromStart: z.boolean(),
      /** The values of the run were rare, too. */
      isRare: z.boolean(),
    })
    .optional(),
  /** The run has lasted long enough to be harm. */
  isHeld: z.boolean(),
  /** Samples in a row within the limit since. */
  easing: z.number(),
  /** The longest run that was none, or that nothing but its length made harm; and when it ended. */
  longest: z.strictObject({ ms: z.number(), atMs: z.number() }).optional(),
});
export type HarmState = z.infer<typeof HarmState>;

export const harmless: HarmState = { isHeld: false, easing: 0 };

/** One sample, against the limit. */
export interface HarmSample {
  readonly timeMs: number;
  readonly isBeyond: boolean;
  /** It is an anomaly without being harm. */
  readonly isRare: boolean;
  readonly isFirst: boolean;
  /** Of a limit that asks for it. */
  readonly normal: Normal | undefined;
}

/** Between two samples further apart than this nobody knows where the series was. */
const longestGapMs = 5 * 60_000;
/** What is usual beyond the limit is harm when it lasts this many times as long as ever before. */
const muchLonger = 2;
/** No series is so used to its limit that longer runs would be usual. */
const usualMs = 60 * 60_000;
/** After so long without another one, a run counts half. */
const halfLifeMs = 7 * 24 * 60 * 60_000;

/**
 * One sample more. A run beyond the limit is harm once it has lasted for `forMs`, if its values are rare; and else for much
 * longer than any before: a compiler that keeps a machine busy for some minutes, day by day, is none. It is over after
 * `easeAfter` samples in a row within the limit.
 */
export function followHarm(known: HarmState, sample: HarmSample, forMs: number, easeAfter: number): HarmState {
  const isBroken = known.run !== undefined && sample.timeMs - known.run.untilMs > longestGapMs && !known.isHeld;
  const state = isBroken ? endRun(known, sample.timeMs) : known;
  if (!sample.isBeyond) return state.run === undefined ? state : whileWithin(state, sample.timeMs, easeAfter);
  const { timeMs, isRare, isFirst, normal } = sample;
  const run = {
    isFromStart: isFirst,
    ...(normal === undefined ? {} : { normal }),
    ...state.run,
    sinceMs: state.run?.sinceMs ?? timeMs,
    untilMs: timeMs,
    isRare: isRare || state.run?.isRare === true,
  };
  const lastedMs = timeMs - run.sinceMs;
  const isUnusual = !run.isFromStart && lastedMs >= muchLonger * longestAt(state, timeMs);
  return { ...state, run, easing: 0, isHeld: state.isHeld || (lastedMs >= forMs && (isRare || isUnusual)) };
}

function whileWithin(state: HarmState, timeMs: number, easeAfter: number): HarmState {
  const easing = state.easing + 1;
  return state.isHeld && easing < easeAfter ? { ...state, easing } : endRun(state, timeMs);
}

/** The run is over, or its series is. */
export function endRun(state: HarmState, timeMs: number): HarmState {
  const { run } = state;
  const longestMs = longestAt(state, timeMs);
  const lastedMs = run === undefined || run.isRare || run.isFromStart ? 0 : run.untilMs - run.sinceMs;
  const ms = Math.min(usualMs, Math.max(longestMs, lastedMs));
  return ms === 0 ? harmless : { ...harmless, longest: { ms, atMs: timeMs } };
}

function longestAt({ longest }: HarmState, timeMs: number): number {
  return longest === undefined ? 0 : longest.ms * 0.5 ** ((timeMs - longest.atMs) / halfLifeMs);
}
