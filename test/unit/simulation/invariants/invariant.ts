import type { Effect, Site } from '../site.ts';
import { startMs } from '../scheduler.ts';

/** Says what is wrong with a run, or nothing. */
export type Invariant = (site: Site) => readonly string[];

/** By what must hold. INV-1 to INV-15 are those of the safety requirements that ADR 10 lists. */
export type Invariants = Readonly<Record<string, Invariant>>;

/** What the site saw to be wrong at the moment when it happened. */
export function seen(invariant: string): Invariant {
  return (site) => site.seen.filter((one) => one.invariant === invariant).map(({ what }) => what);
}

export function describe({ executionId, phase, step, action, target, run, beganMs }: Effect): string {
  const at = `${((beganMs - startMs) / 1_000).toFixed(3)} s`;
  return `${phase} step ${step} ${action} on ${target.instance} of ${executionId.slice(-14)} by ${run} at ${at}`;
}

/** When the last of the replicas of a service could know what was written at a moment. */
export function knowableMs(site: Site, atMs: number, service: string): number {
  return site.blind
    .filter(({ process }) => process === 'all' || process.startsWith(service))
    .toSorted((left, right) => left.fromMs - right.fromMs)
    .reduce((known, { fromMs, untilMs }) => (fromMs <= known && known < untilMs ? untilMs : known), atMs);
}
