/** The timestamp this many milliseconds later. */
export function later(timestamp: string, delayMs: number): string {
  return new Date(Date.parse(timestamp) + delayMs).toISOString();
}

/** The earliest of these timestamps, or undefined for none. */
export function earliest(timestamps: readonly string[]): string | undefined {
  let first: string | undefined;
  for (const timestamp of timestamps) {
    if (first === undefined || timestamp < first) first = timestamp;
  }
  return first;
}
