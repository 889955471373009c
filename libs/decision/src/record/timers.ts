import type { IncidentRecord, JsonRecord } from '@cortex/contracts';
import { readMemory } from '../model/memory.ts';
import type { ScheduleTimer, TimerPurpose } from '../model/transition.ts';
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
  remember(work, {
    timers: { ...work.memory.timers, [key]: dueAt },
    timerDetails: { ...work.memory.timerDetails, [key]: { purpose, payload: full } },
  });
}

export function cancelTimer(work: Work, name: string): void {
  const key = timerKey(work, name);
  if (work.memory.timers[key] === undefined) return;
  forgetTimer(work, key);
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
  forgetTimer(work, key);
  return true;
}

/** The timers that this record relies on, as they were asked for; without those that an earlier version asked for. */
export function timersOf(record: Pick<IncidentRecord, 'incident' | 'memory'>): readonly ScheduleTimer[] {
  const { timers, timerDetails } = readMemory(record);
  const { id: incidentId, service } = record.incident;
  return Object.entries(timers).flatMap(([key, dueAt]) => {
    const details = timerDetails[key];
    return details === undefined ? [] : [{ kind: 'schedule', key, dueAt, service, incidentId, ...details }];
  });
}

function forgetTimer(work: Work, key: string): void {
  const { [key]: _due, ...timers } = work.memory.timers;
  const { [key]: _details, ...timerDetails } = work.memory.timerDetails;
  remember(work, { timers, timerDetails });
}

function timerKey(work: Work, name: string): string {
  return `${work.incident.id}-${name}`;
}
