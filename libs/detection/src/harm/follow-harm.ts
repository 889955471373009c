import { z } from 'zod';

/** How an open anomaly stands to the limit of harm of its series. */
export const HarmState = z.strictObject({
  /** Since when it has been beyond the limit without a break. */
  sinceMs: z.number().optional(),
  /** It has been, for the whole duration of the limit. */
  isHeld: z.boolean(),
  /** Samples in a row within the limit. */
  easing: z.number(),
});
export type HarmState = z.infer<typeof HarmState>;

export const harmless: HarmState = { isHeld: false, easing: 0 };

/** One sample more. Harm that has held is over after `easeAfter` samples in a row within the limit. */
export function followHarm(
  state: HarmState,
  { isBeyond, timeMs }: { readonly isBeyond: boolean; readonly timeMs: number },
  forMs: number,
  easeAfter: number,
): HarmState {
  if (!isBeyond) {
    const easing = state.isHeld ? state.easing + 1 : 0;
    return { isHeld: state.isHeld && easing < easeAfter, easing };
  }
  const sinceMs = state.sinceMs ?? timeMs;
  return { sinceMs, isHeld: state.isHeld || timeMs - sinceMs >= forMs, easing: 0 };
}
