import { decide } from '../decide/decide.ts';
import { lookAgainMs, silenceOf } from '../gates/silence.ts';
import type { InputOf } from '../model/input.ts';
import { setTimer } from '../record/timers.ts';
import { type Work, change } from '../record/work.ts';
import { addMs } from '../time.ts';
import { callPostponed } from './escalate.ts';
import { reassess } from './reassess.ts';

type SilenceChange = Extract<InputOf<'control.changed'>['data'], { control: 'silence' }>;

/** A person set a silence, or lifted one. */
export function onSilence(work: Work, { action, silence }: SilenceChange): string | undefined {
  if (silence.service !== work.incident.service) return 'it is about another service';
  const isCovered = silenceOf(work.incident, work.facts, work.now) !== undefined;
  if (action === 'created') return isCovered ? onCreated(work) : 'it covers nothing that is affected';
  return isCovered ? 'another silence goes on' : onLifted(work, silence.id);
}

/** What waits, waits for the silence from now on. What runs comes to its end. */
function onCreated(work: Work): string | undefined {
  const { status } = work.incident;
  if (status !== 'open' && status !== 'awaiting_approval') return 'nothing waits to be done';
  reassess(work);
  decide(work);
  return undefined;
}

/** Checks that rested look first; where there are none, it is decided at once. */
function onLifted(work: Work, id: string): string | undefined {
  const wasHeld = work.incident.status === 'open' && work.memory.held?.by === 'silence';
  if (!wasHeld && work.memory.postponed === undefined) return 'it held nothing';
  callPostponed(work);
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
