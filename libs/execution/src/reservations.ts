import type { Reservation } from '@cortex/contracts';

/** Those that count at this time. */
export function countingReservations(all: readonly Reservation[], now: string): readonly Reservation[] {
  return all.filter(({ until }) => Date.parse(until) > Date.parse(now));
}

/**
 * With this one instead of what its own execution had for the instance. What another execution did is awaited further: the
 * new one may end before it has touched anything.
 */
export function withReservation(all: readonly Reservation[], added: Reservation): Reservation[] {
  return [...all.filter((one) => one.instance !== added.instance || one.executionId !== added.executionId), added];
}
