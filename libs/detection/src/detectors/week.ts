const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** 0 to 23, UTC. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / hourMs) % 24;
}

/** 0 for Sunday to 6 for Saturday, UTC. The epoch was a Thursday. */
export function dayOf(timeMs: number): number {
  return (Math.floor(timeMs / dayMs) + 4) % 7;
}

export function isWeekend(day: number): boolean {
  return day === 0 || day === 6;
}
