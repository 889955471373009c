import { isTimerSet } from '../record/timers.ts';
import { type Work, isExecuting } from '../record/work.ts';

/**
 * Whether a change of the signals is decided on as it is. What runs, or is watched after a verification, comes to its end
 * first; what is with humans is looked at again while nobody has taken it and Cortex had no move, or could not make it in a
 * dry run that is over.
 */
export function mayDecide(work: Work): boolean {
  const { status } = work.incident;
  if (isExecuting(work.incident) || status === 'resolved') return false;
  if (status === 'escalated') return work.incident.acknowledgedBy === undefined && isForCortex(work);
  if (status === 'monitoring') return !isTimerSet(work, 'monitoring');
  return true;
}

function isForCortex({ memory, facts }: Work): boolean {
  return memory.escalatedFor === 'no_move' || (memory.escalatedFor === 'dry_run' && !facts.safety.dryRun);
}
