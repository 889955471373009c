import type { Memory } from '../model/memory.ts';
import { addMs, earliest, latest } from '../time.ts';
import { type Work, forget, remember } from './work.ts';

/**
 * It waits from now on, or still does: when humans are told of it follows from its severity, the worst that it has had
 * meanwhile. Who was called just before sees it by themselves.
 */
export function keepWaiting(work: Work): void {
  const { waitingSince = work.now, waitingTellAt } = work.memory;
  const { settlingMs, tellWaitingMs } = work.facts.safety;
  const tellAt = addMs(waitingSince, tellWaitingMs[work.incident.severity]);
  const called = work.incident.escalations.at(-1);
  const notBefore = called === undefined ? tellAt : addMs(called.at, settlingMs);
  remember(work, { waitingSince, waitingTellAt: latest(earliest(tellAt, waitingTellAt ?? tellAt), notBefore) });
}

/** When humans are told that the incident waits; undefined when they have been, or when it does not wait. */
export function tellAtOf({ waitingSince, waitingTellAt, waitingTold }: Memory): string | undefined {
  if (waitingSince === undefined || waitingTold === true) return undefined;
  return waitingTellAt ?? addMs(waitingSince, beforeItWasKeptMs);
}

/** Records of earlier versions kept only since when they waited. */
const beforeItWasKeptMs = 15 * 60_000;

/** Something was done, or humans were asked: the next wait begins anew. */
export function forgetWaiting(work: Work): void {
  forget(work, 'waitingSince');
  forget(work, 'waitingTellAt');
  forget(work, 'waitingTold');
}
