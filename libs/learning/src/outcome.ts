import type { EventData, Incident } from '@cortex/contracts';
import { hadEffect } from './history-record.ts';

/** One fact about one execution, with the time of its event. */
export type Outcome =
  | { readonly part: 'completed'; readonly at: string; readonly completed: EventData<'remediation.completed'> }
  | { readonly part: 'verified'; readonly at: string; readonly verified: EventData<'verification.completed'> }
  | { readonly part: 'rolledback'; readonly at: string; readonly rolledBack: EventData<'remediation.rolledback'> }
  | { readonly part: 'false_alarm'; readonly at: string; readonly executionId: string; readonly playbookId: string };

export function playbookOf(outcome: Outcome): string {
  switch (outcome.part) {
    case 'completed':
      return outcome.completed.playbook.id;
    case 'verified':
      return outcome.verified.playbookId;
    case 'rolledback':
      return outcome.rolledBack.playbookId;
    case 'false_alarm':
      return outcome.playbookId;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

export function executionOf(outcome: Outcome): string {
  switch (outcome.part) {
    case 'completed':
      return outcome.completed.executionId;
    case 'verified':
      return outcome.verified.executionId;
    case 'rolledback':
      return outcome.rolledBack.executionId;
    case 'false_alarm':
      return outcome.executionId;
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/**
 * Executions of an ended incident that began when every signal seen by then had cleared already: nothing was wrong any
 * more. Executions that a pre-condition refused are reported by `remediation.completed` itself.
 */
export function falseAlarms(incident: Incident): readonly Outcome[] {
  return incident.attempts.flatMap((attempt): Outcome[] => {
    const { startedAt, executionId, playbookId } = attempt;
    if (startedAt === undefined || !hadEffect(attempt)) return [];
    const seen = incident.signals.filter((signal) => signal.detectedAt <= startedAt);
    const allClear = seen.every((signal) => signal.clearedAt !== undefined && signal.clearedAt < startedAt);
    return seen.length > 0 && allClear ? [{ part: 'false_alarm', at: startedAt, executionId, playbookId }] : [];
  });
}
