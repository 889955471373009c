import type { Memory } from '../model/memory.ts';
import { addMs } from '../time.ts';
import { type Work, forget } from './work.ts';

/** Humans hear of what is held for this long. */
export const maxWaitMs = 15 * 60_000;

/** When humans are told that the incident waits; undefined when they have been, or when it does not wait. */
export function tellAtOf({ waitingSince, waitingTold }: Memory): string | undefined {
  return waitingSince === undefined || waitingTold === true ? undefined : addMs(waitingSince, maxWaitMs);
}

/** Something was done, or humans were asked: the next wait begins anew. */
export function forgetWaiting(work: Work): void {
  forget(work, 'waitingSince');
  forget(work, 'waitingTold');
}
