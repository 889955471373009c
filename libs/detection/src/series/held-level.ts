import { z } from 'zod';
import type { Direction, Sample } from '../detectors/detector.ts';

/** A deviation that has stayed on one level for this long, and for this many samples, is the new normal. */
const acceptLevelAfterMs = 6 * 60 * 60_000;
const acceptLevelAfterSamples = 300;

/** The level of a lasting deviation. */
export const HeldLevel = z.strictObject({
  sinceMs: z.number(),
  samples: z.number(),
  /** The value furthest from normal when the level last moved. */
  extreme: z.number(),
});
export type HeldLevel = z.infer<typeof HeldLevel>;

/** Follows a deviation. A value beyond the extreme by more than `tolerance` means that it still moves. */
export function followLevel(
  held: HeldLevel | undefined,
  { timeMs, value }: Sample,
  direction: Direction,
  tolerance: number,
): HeldLevel {
  const further = held === undefined ? 0 : (value - held.extreme) * (direction === 'up' ? 1 : -1);
  if (held === undefined || further > tolerance) return { sinceMs: timeMs, samples: 1, extreme: value };
  return { ...held, samples: held.samples + 1 };
}

export function isNewNormal(held: HeldLevel, timeMs: number): boolean {
  return held.samples >= acceptLevelAfterSamples && timeMs - held.sinceMs >= acceptLevelAfterMs;
}
