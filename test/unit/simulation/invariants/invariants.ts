import type { Site } from '../site.ts';
import { ofDecisions } from './decisions.ts';
import { ofEffects } from './effects.ts';
import { ofHandOver } from './hand-over.ts';
import type { Invariants } from './invariant.ts';
import { ofNewTrouble } from './new-trouble.ts';
import { ofPeople } from './people.ts';
import { ofProof } from './proof.ts';
import { ofTimers } from './timers.ts';
import { ofStarts } from './starts.ts';
import { ofStops } from './stops.ts';

/** What must be true of every run, whatever broke. */
export const invariants: Invariants = {
  ...ofProof,
  ...ofEffects,
  ...ofDecisions,
  ...ofNewTrouble,
  ...ofPeople,
  ...ofTimers,
  ...ofStarts,
  ...ofStops,
  ...ofHandOver,
};

/** Every violation of one run, by invariant. */
export function violationsOf(site: Site): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, holds] of Object.entries(invariants)) {
    const violations = holds(site);
    if (violations.length > 0) found.set(name, violations);
  }
  return found;
}
