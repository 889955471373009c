import type { SafetyPolicy, TimeWindow } from '@cortex/contracts';
import { DateTime } from 'luxon';
import { type GateQuestion, gateResult } from './gate.ts';

/** Freeze windows forbid, maintenance windows allow what is marked `maintenanceWindowOnly`. Spec 7.3. */
export function windowGate({ facts, plan, now }: GateQuestion) {
  const { freezeWindows, maintenanceWindows } = facts.safety;
  const frozen = freezeWindows.find((window) => isInside(window, now));
  const maintenance = maintenanceWindows.find((window) => isInside(window, now));
  const needed = plan.playbook.safety.maintenanceWindowOnly;
  const inputs = {
    freeze: frozen?.name ?? 'none',
    maintenance: maintenance?.name ?? 'none',
    maintenance_window_only: needed,
  };
  if (frozen !== undefined) return gateResult('window', 'hold', `inside the freeze window ${frozen.name}`, inputs);
  if (needed && maintenance === undefined) {
    return gateResult('window', 'hold', 'this playbook runs only inside a maintenance window', inputs);
  }
  return gateResult('window', 'pass', 'no window stands against it', inputs);
}

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

/** The maintenance window inside which nobody looks at a service, if there is one now. Spec 7.3. */
export function pausingWindow(
  windows: SafetyPolicy['maintenanceWindows'],
  service: string,
  at: string,
): TimeWindow | undefined {
  return windows.find((window) => window.pausesChecksOf.includes(service) && isInside(window, at));
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
