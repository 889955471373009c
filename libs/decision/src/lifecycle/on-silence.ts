import { assessmentOf } from '../assessment/assess.ts';
import { reassess } from '../assessment/reassess.ts';
import { lookAgainMs } from '../assessment/silence.ts';
import { decide } from '../decide/decide.ts';
import type { IgnoreReason } from '../model/ignore-reason.ts';
import type { InputOf } from '../model/input.ts';
import { callPostponed } from '../moves/escalate.ts';
import { setTimer } from '../record/timers.ts';
import { type Work, change } from '../record/work.ts';
import { addMs } from '../time.ts';
import { mayDecide } from './may-decide.ts';

type SilenceChange = Extract<InputOf<'control.changed'>['data'], { control: 'silence' }>;

/** A person set a silence, or lifted one. */
export function onSilence(work: Work, { action, silence }: SilenceChange): IgnoreReason | undefined {
  if (silence.service !== work.incident.service) return 'silence_of_other_service';
  const isCovered = assessmentOf(work).silence !== undefined;
  if (action === 'created') return isCovered ? onCreated(work) : 'silence_covers_nothing';
  return isCovered ? 'another_silence_goes_on' : onLifted(work, silence.id);
}

/** What waits, waits for the silence from now on. What runs comes to its end. */
function onCreated(work: Work): IgnoreReason | undefined {
  const { status } = work.incident;
  if (status !== 'open' && status !== 'awaiting_approval') return 'nothing_waits';
  reassess(work);
  decide(work);
  return undefined;
}

/** Checks that rested look first; where there are none, it is decided at once. */
function onLifted(work: Work, id: string): IgnoreReason | undefined {
  const wasHeld = work.incident.status === 'open' && work.memory.held?.by === 'silence';
  if (!wasHeld && work.memory.postponed === undefined) return 'silence_held_nothing';
  afterSilence(work);
  if (!wasHeld) return undefined;
  const waitMs = lookAgainMs(work.incident, work.facts);
  if (waitMs > 0) {
    change(work, {}, `silence ${id} was lifted: the checks look again before anything is done`);
    setTimer(work, 'reevaluate', 'reevaluate', addMs(work.now, waitMs));
    return undefined;
  }
  reassess(work);
  decide(work);
  return undefined;
}

/** People hear what they were not told meanwhile, and what is with them is looked at again, once the checks have looked. */
export function afterSilence(work: Work): void {
  callPostponed(work);
  if (work.incident.status !== 'escalated' || !mayDecide(work)) return;
  setTimer(work, 'reevaluate', 'reevaluate', addMs(work.now, lookAgainMs(work.incident, work.facts)));
}
