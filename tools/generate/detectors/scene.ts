/** A series with one fault in it, of the kind that a detector is best at. */
export interface Scene {
  /** The name in the registry. */
  readonly detector: string;
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What the picture is called: the metric in words. */
  readonly title: string;
  readonly stepMs: number;
  readonly samples: number;
  readonly fault: { readonly what: string; readonly fromMs: number; readonly toMs: number };
  /** The part that is shown; what comes before is history. */
  readonly shown: { readonly fromMs: number; readonly toMs: number };
  readonly seed: number;
  /** The value at a time; `noise` is a new standard normal number at each call. */
  valueAt(timeMs: number, noise: () => number): number;
}

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** From 0 at four in the morning to 1 at four in the afternoon. */
export function dailyWave(timeMs: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * (timeMs - 4 * hourMs)) / dayMs);
}

/** Whether a time lies within a fault. */
export function isWithin({ fromMs, toMs }: Scene['fault'], timeMs: number): boolean {
  return timeMs >= fromMs && timeMs < toMs;
}

/** A fault from a time on, both counted from `startMs`. */
export function faultAt(what: string, fromMs: number, lastsMs: number): Scene['fault'] {
  return { what, fromMs, toMs: fromMs + lastsMs };
}
