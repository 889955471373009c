import type { ExecutionRecord, JournalEntry, StepResult } from '@cortex/contracts';
import { targetKey } from '@cortex/contracts';
import type { ExecutionPhase } from './record.ts';

/** The last result at each place of a phase, in the order in which the places were begun. */
export function finalResults(record: ExecutionRecord, phase: ExecutionPhase): readonly StepResult[] {
  const byPlace = new Map<string, StepResult>();
  for (const entry of record.entries) {
    if (entry.phase !== phase || entry.result === undefined) continue;
    byPlace.set(`${entry.step} ${targetKey(entry.target)}`, entry.result);
  }
  return [...byPlace.values()];
}

/** What the steps have changed so far: nothing (also when a probe proved it after a crash), something, or nobody knows. */
export type EffectsSoFar = 'none' | 'unknown' | 'some';

export function effectsSoFar(record: ExecutionRecord): EffectsSoFar {
  const effects = record.entries.filter(({ phase }) => phase === 'remediation').map(effectOf);
  if (effects.includes('some')) return 'some';
  return effects.includes('unknown') ? 'unknown' : 'none';
}

/** True when a step was begun, unless it is proved that it had no effect: refusing the execution is then no longer possible. */
export function hasBegun(record: ExecutionRecord): boolean {
  return record.entries.some(({ provedUndone }) => provedUndone !== true);
}

function effectOf({ result, partial, provedUndone }: JournalEntry): EffectsSoFar {
  if (result === undefined) return provedUndone === true ? 'none' : 'unknown';
  switch (result.outcome) {
    case 'succeeded':
      return 'some';
    case 'ambiguous':
      return 'unknown';
    case 'failed':
      return partial === true ? 'some' : 'none';
    case 'skipped':
    case 'dry_run':
      return 'none';
  }
}
