import type { SafetyPolicy, TimeWindow } from '@cortex/contracts';
import { DateTime } from 'luxon';

/** Whether `at` is inside the window, in the window's own time zone. A window over midnight belongs to the day it starts on. */
export function isInside(window: TimeWindow, at: string): boolean {
  const local = DateTime.fromISO(at, { zone: window.timezone });
  const minute = local.hour * 60 + local.minute;
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  if (from < to) return window.days.includes(local.weekday) && minute >= from && minute < to;
  if (minute >= from) return window.days.includes(local.weekday);
  const yesterday = local.weekday === 1 ? 7 : local.weekday - 1;
  return minute < to && window.days.includes(yesterday);
}

/** The maintenance window inside which a service's checks are suppressed, if there is one now. Spec 7.3. */
export function suppressingWindow(
  windows: SafetyPolicy['maintenanceWindows'],
  service: string,
  at: string,
): TimeWindow | undefined {
  return windows.find((window) => window.pausesChecksOf.includes(service) && isInside(window, at));
}

/** When the first of the windows opens after `at`; undefined when there is none. */
export function nextOpening(windows: readonly TimeWindow[], at: string): string | undefined {
  const [first] = windows.flatMap((window) => openingOf(window, at)).sort((left, right) => left - right);
  return first === undefined ? undefined : new Date(first).toISOString();
}

/** A window opens on one of the next eight days, because its day of the week recurs within them. */
function openingOf(window: TimeWindow, at: string): number[] {
  const now = DateTime.fromISO(at, { zone: window.timezone });
  const minute = minuteOf(window.from);
  for (let day = 0; day <= 7; day += 1) {
    const opening = now
      .startOf('day')
      .plus({ days: day })
      .set({ hour: Math.floor(minute / 60), minute: minute % 60 });
    if (window.days.includes(opening.weekday) && opening > now) return [opening.toMillis()];
  }
  return [];
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
