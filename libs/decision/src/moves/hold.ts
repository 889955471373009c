import { isStorm } from '../gates/storm.ts';
import type { HeldBy } from '../model/verdict.ts';
import { moveTo } from '../record/status.ts';
import { cancelTimer, setTimer } from '../record/timers.ts';
import { forgetWaiting, keepWaiting, tellAtOf } from '../record/waiting.ts';
import { type Work, forget, remember } from '../record/work.ts';
import { earliest, msBetween } from '../time.ts';
import { callHumans } from './escalate.ts';

/** Nothing for now; asked again at `retryAt`. Humans hear of it when that goes on for too long. */
export function hold(work: Work, by: HeldBy, reason: string, retryAt: string): void {
  moveTo(work, 'open');
  rememberHeld(work, by, reason);
  if (by === 'storm') {
    const lastStormAt = isStorm(work.facts) ? work.now : work.facts.lastStormAt;
    if (lastStormAt !== undefined) remember(work, { lastStormAt });
  }
  if (by === 'dependency') remember(work, { deferredSince: work.memory.deferredSince ?? work.now });
  tellOfWaiting(work, reason);
  setTimer(work, 'reevaluate', 'reevaluate', earliest(retryAt, tellAtOf(work.memory) ?? retryAt));
}

/** Nothing for now: more is soon known, or nobody asks for more. Until then, or until the signals change. */
export function wait(work: Work, by: 'trigger' | 'checks', reason: string, retryAt: string | undefined): void {
  moveTo(work, 'open');
  rememberHeld(work, by, reason);
  forgetWaiting(work);
  if (retryAt === undefined) cancelTimer(work, 'reevaluate');
  else setTimer(work, 'reevaluate', 'reevaluate', retryAt);
}

/** Nothing for now, because somebody asked for it: that ends by itself, and nobody needs to hear of it. */
export function rest(work: Work, reason: string, retryAt: string): void {
  moveTo(work, 'open');
  rememberHeld(work, 'silence', reason);
  forgetWaiting(work);
  setTimer(work, 'reevaluate', 'reevaluate', retryAt);
}

function rememberHeld(work: Work, by: HeldBy, reason: string): void {
  const { held } = work.memory;
  remember(work, { held: { by, since: held?.by === by ? held.since : work.now, reason: reason.slice(0, 4_000) } });
}

function tellOfWaiting(work: Work, reason: string): void {
  keepWaiting(work);
  const tellAt = tellAtOf(work.memory);
  if (tellAt === undefined || Date.parse(work.now) < Date.parse(tellAt)) return;
  remember(work, { waitingTold: true });
  if (work.incident.acknowledgedBy !== undefined) return;
  const { waitingSince = work.now } = work.memory;
  const minutes = Math.round(msBetween(waitingSince, work.now) / 60_000);
  const long = minutes === 0 ? 'nothing is done' : `nothing was done for ${minutes} min`;
  callHumans(work, `${long}: ${reason}`, { asks: 'look at what holds' });
}

/** Leaves whatever the incident was waiting for. */
export function stopWaiting(work: Work): void {
  forget(work, 'held');
  forget(work, 'escalatedFor');
  for (const name of ['reevaluate', 'monitoring', 'quiet']) cancelTimer(work, name);
}
