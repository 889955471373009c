import type { JsonRecord } from '@cortex/contracts';
import type { TimerPurpose } from '../model/transition.ts';
import { type Work, remember } from './work.ts';

/** Sets the timer `<incident>-<name>`, in place of an earlier one of that name. */
export function setTimer(
  work: Work,
  name: string,
  purpose: TimerPurpose,
  dueAt: string,
  payload: JsonRecord = {},
): void {
  const key = timerKey(work, name);
  if (work.memory.timers[key] === dueAt) return;
  work.timers = work.timers.filter((timer) => timer.key !== key);
  const incidentId = work.incident.id;
  const full = { ...payload, incidentId, name };
  const service = work.incident.service;
  work.timers.push({ kind: 'schedule', key, purpose, dueAt, service, incidentId, payload: full });
  remember(work, { timers: { ...work.memory.timers, [key]: dueAt } });
}

export function cancelTimer(work: Work, name: string): void {
  const key = timerKey(work, name);
  if (work.memory.timers[key] === undefined) return;
  const { [key]: _due, ...timers } = work.memory.timers;
  remember(work, { timers });
  work.timers = [...work.timers.filter((timer) => timer.key !== key), { kind: 'cancel', key }];
}

export function cancelAllTimers(work: Work): void {
  for (const key of Object.keys(work.memory.timers)) {
    cancelTimer(work, key.slice(work.incident.id.length + 1));
  }
}

export function isTimerSet(work: Work, name: string): boolean {
  return work.memory.timers[timerKey(work, name)] !== undefined;
}

/** Takes a timer that fired off the list. False when it is not the one that is set: it was replaced meanwhile. */
export function consumeTimer(work: Work, key: string, dueAt: string): boolean {
  if (work.memory.timers[key] !== dueAt) return false;
  const { [key]: _due, ...timers } = work.memory.timers;
  remember(work, { timers });
  return true;
}

function timerKey(work: Work, name: string): string {
  return `${work.incident.id}-${name}`;
}
