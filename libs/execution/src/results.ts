import type { ExecutionRecord, StepResult } from '@cortex/contracts';
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

/** True when nothing was ever attempted under this execution: refusing it, or requesting it again, is then safe. */
export function hasNoEffect(record: ExecutionRecord): boolean {
  return record.entries.length === 0;
}
