/** How steadily an instance has been sending: the newest intervals between its telemetry, in milliseconds. */
export interface Pace {
  readonly usualMs: number;
  readonly longestMs: number;
  /** Silence beyond this is missing data. */
  readonly limitMs: number;
}

/** Intervals that are needed, and kept. */
export const intervalsKept = 32;
/** The longest interval of a steady sender, in usual ones: one may be long, as when a scrape or two was lost. */
const longestOfSteady = 3;
const othersOfSteady = 1.8;
const leastLimitMs = 2 * 60_000;

/** The remembered longest interval fades: by half in some 350 intervals. */
const fading = 1 / 500;
const longestRemembered = 30 * 60_000;

export function rememberLongest(longestMs: number, intervalMs: number): number {
  return Math.max(longestMs * (1 - fading), Math.min(intervalMs, longestRemembered));
}

/** Undefined for a sender that is not steady, or not known for long enough. One long gap takes 32 intervals to be forgotten. */
export function paceOf(intervalsMs: readonly number[], rememberedMs: number): Pace | undefined {
  if (intervalsMs.length < intervalsKept) return undefined;
  const sorted = intervalsMs.toSorted((left, right) => left - right);
  const usualMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const longestMs = sorted.at(-1) ?? 0;
  if (longestMs > longestOfSteady * usualMs || (sorted.at(-2) ?? 0) > othersOfSteady * usualMs) return undefined;
  return { usualMs, longestMs, limitMs: Math.max(5 * usualMs, 2 * Math.max(longestMs, rememberedMs), leastLimitMs) };
}
