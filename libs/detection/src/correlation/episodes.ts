/** When anomalies began, by service: numbers of time windows, the newest last. */
export type Episodes = Map<string, number[]>;

/** How likely it is for services to have an anomaly begin near some time, if they were independent. */
export interface Chances {
  of(service: string): number;
  /** The sum over every known service. */
  readonly total: number;
}

const dayMs = 24 * 60 * 60_000;
/** Services whose episodes are kept; beyond, those that were quiet for longest are dropped and count as quiet. */
const maxServices = 2_000;

export function noteEpisode(episodes: Episodes, service: string, startedAtMs: number, windowMs: number): void {
  const slot = Math.floor(startedAtMs / windowMs);
  const slots = episodes.get(service) ?? [];
  if (slots.includes(slot)) return;
  slots.push(slot);
  if (slots.length > dayMs / windowMs) slots.shift();
  episodes.delete(service);
  episodes.set(service, slots);
  const [quietest] = episodes.keys();
  if (episodes.size > maxServices && quietest !== undefined) episodes.delete(quietest);
}

/**
 * The chances at a time: the share of the windows of the day before in which the service had an anomaly begin, one
 * added to both, so that nothing is impossible; twice that, because correlated anomalies may begin before or after.
 * Anomalies that begin now are not counted.
 */
export function chancesAt(episodes: Episodes, services: ReadonlySet<string>, atMs: number, windowMs: number): Chances {
  const inDay = Math.floor(dayMs / windowMs);
  const before = Math.floor(atMs / windowMs) - 1;
  const chance = (count: number): number => Math.min(1, (2 * (count + 1)) / (inDay + 1));
  const quiet = chance(0);
  const chances = new Map<string, number>();
  let total = services.size * quiet;
  for (const [service, slots] of episodes) {
    const one = chance(slots.filter((slot) => slot < before && slot >= before - inDay).length);
    chances.set(service, one);
    total += services.has(service) ? one - quiet : one;
  }
  return { of: (service) => chances.get(service) ?? quiet, total };
}
