import type { Evidence } from '../evidence.ts';
import { undoneOnce } from './rollbacks.ts';
import { enoughServe } from './capacity.ts';
import { eachEffectInItsPlace, eachEffectOnce, tokensGrow } from './effects.ts';
import { everyIncidentEnds } from './incidents.ts';
import { nothingWhileBlind, nothingWhileSwitchedOff } from './stops.ts';
import { proofIsTrue } from './proof.ts';
import { restsBetweenUses } from './limits.ts';

/** As numbered in docs/reliability.md. */
export type InvariantId = `INV-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 15}`;

export interface Violation {
  readonly invariant: InvariantId;
  readonly what: string;
}

/** What the evidence says against an invariant; nothing when it holds. */
type Check = (evidence: Evidence) => readonly string[];

interface Invariant {
  readonly promise: string;
  /** Absent where only the fault itself shows whether it holds: its scenario claims it. */
  readonly check?: Check;
}

export const invariants: Readonly<Record<InvariantId, Invariant>> = {
  'INV-1': {
    promise: 'never more instances worked on at once than `max_unavailable`, until they serve again',
    check: enoughServe,
  },
  'INV-2': {
    promise: 'one execution at a time on a target, and tokens that grow from effect to effect',
    check: tokensGrow,
  },
  'INV-3': { promise: 'no effect begins later than 1 s after the kill switch went on', check: nothingWhileSwitchedOff },
  'INV-4': { promise: 'limits outlive restarts, and go by no wall clock that is wrong', check: restsBetweenUses },
  'INV-5': {
    promise: 'what cannot be read or written: nothing new is begun, and people are called',
    check: nothingWhileBlind,
  },
  'INV-6': { promise: 'no effect without the approval that its plan needs' },
  'INV-7': {
    promise: 'INTENT before each effect, one end for each execution, no gap in the audit',
    check: eachEffectInItsPlace,
  },
  'INV-8': { promise: 'every incident ends, or a human was called', check: everyIncidentEnds },
  'INV-9': { promise: 'no effect twice, no page twice under different keys', check: eachEffectOnce },
  'INV-10': { promise: 'success is claimed only of what serves', check: proofIsTrue },
  'INV-11': { promise: 'an execution is rolled back once at most', check: undoneOnce },
  'INV-12': { promise: 'an open breaker lets nothing through until a person resets it' },
  'INV-15': { promise: 'memory and queues stay bounded' },
};

export function violationsIn(evidence: Evidence, ids: readonly InvariantId[]): readonly Violation[] {
  return ids.flatMap((invariant) =>
    (invariants[invariant].check?.(evidence) ?? []).map((what): Violation => ({ invariant, what })),
  );
}
