import { activeSignals, type Work } from '../record/work.ts';
import { addMs, latest, msBetween } from '../time.ts';

/** From the beginning of the trouble: the checks run at once, and their retries are over by then. */
export const checksPatienceMs = 10_000;

/** Until when the checks of the affected instances may still answer for the first time since their trouble began. */
export function checksPendingUntil({ incident, now }: Work): string | undefined {
  const [first, ...others] = activeSignals(incident)
    .filter(({ pendingChecks = [] }) => pendingChecks.length > 0)
    .map(({ startedAt }) => addMs(startedAt, checksPatienceMs))
    .filter((until) => msBetween(now, until) > 0);
  return first === undefined ? undefined : latest(first, ...others);
}

/** Humans are not called for want of a playbook before the checks of the target have answered. */
export function isWaitingForChecks({ incident, memory }: Work): boolean {
  return incident.status === 'open' && memory.held?.by === 'checks';
}
