import type { CheckOutcome } from '@cortex/contracts';
import type { CheckMemory } from './memory.ts';

/** Rounds in a row after which a single failing shallow check is no blip. Spec 2.4 leaves open what one check means. */
export const persistentAfterRounds = 3;

/** Rounds in a row in which a passing check could not be made, after which its status is unknown. */
export const unknownAfterErrors = 3;

/**
 * Applies one result of one check. It fails at once, because its retries are behind it; it passes again only after
 * `recoverAfter` passes in a row. Results older than the last one change nothing.
 */
export function stepCheck(before: CheckMemory | undefined, outcome: CheckOutcome, recoverAfter: number): CheckMemory {
  const memory = before ?? emptyMemory(outcome.observedAt);
  if (outcome.observedAt < memory.lastAt) return memory;
  const at = outcome.observedAt;
  switch (outcome.result) {
    case 'pass': {
      const passes = memory.passes + 1;
      const streakSince = memory.passes === 0 ? at : memory.streakSince;
      const streak = { ...memory, passes, failures: 0, errors: 0, streakSince, lastAt: at };
      if (memory.status === 'failing' && passes < recoverAfter) return streak;
      const { lastFailure: _gone, ...rest } = streak;
      return { ...rest, status: 'passing', persistent: false };
    }
    case 'fail':
    case 'timeout': {
      const failures = memory.failures + 1;
      return {
        status: 'failing',
        passes: 0,
        failures,
        errors: 0,
        streakSince: memory.failures === 0 ? at : memory.streakSince,
        lastAt: at,
        persistent: memory.persistent || failures >= persistentAfterRounds,
        lastFailure: withoutEvidence(outcome),
      };
    }
    case 'error': {
      // A round that could not be made does not interrupt a count of failures, but restarts a count of passes.
      const errors = memory.errors + 1;
      const fades = memory.status === 'passing' && errors >= unknownAfterErrors;
      if (memory.status === 'failing') return { ...memory, passes: 0, errors, lastAt: at };
      if (!fades) return { ...memory, errors, lastAt: at };
      return { ...memory, status: 'unknown', passes: 0, errors, streakSince: at, lastAt: at };
    }
  }
}

function emptyMemory(at: string): CheckMemory {
  return { status: 'unknown', passes: 0, failures: 0, errors: 0, streakSince: at, lastAt: at, persistent: false };
}

function withoutEvidence({ evidence: _evidence, ...rest }: CheckOutcome): Omit<CheckOutcome, 'evidence'> {
  return rest;
}
