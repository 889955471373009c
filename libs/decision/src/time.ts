/** `at` plus milliseconds, as a timestamp. */
export function addMs(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** The time if it lies in between; else the end: whoever wrote it has another clock, and limits count from the later time. */
export function within(at: string, from: string, to: string): string {
  return msBetween(from, at) >= 0 && msBetween(at, to) >= 0 ? at : to;
}

export function earliest(first: string, ...others: readonly string[]): string {
  return others.reduce((least, at) => (Date.parse(at) < Date.parse(least) ? at : least), first);
}

export function latest(first: string, ...others: readonly string[]): string {
  return others.reduce((most, at) => (Date.parse(at) > Date.parse(most) ? at : most), first);
}
