import { isStorm } from '../gates/storm.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { type Work, forget, remember } from '../record/work.ts';

/** Nothing for now; asked again at `retryAt`. */
export function hold(work: Work, by: string, retryAt: string | undefined): void {
  moveTo(work, 'open');
  if (work.memory.held?.by !== by) remember(work, { held: { by, since: work.now } });
  if (by === 'storm') {
    const { lastStormAt } = work.facts;
    remember(work, { lastStormAt: isStorm(work.facts) ? work.now : (lastStormAt ?? work.now) });
  }
  if (retryAt === undefined) cancelTimer(work, 'reevaluate');
  else setTimer(work, 'reevaluate', 'reevaluate', retryAt);
}

/** Leaves whatever the incident was waiting for. */
export function stopWaiting(work: Work): void {
  forget(work, 'held');
  forget(work, 'escalatedFor');
  for (const name of ['reevaluate', 'monitoring', 'quiet']) cancelTimer(work, name);
}
