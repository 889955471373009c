import type { PlaybookPerformance } from '@cortex/contracts';
import type { Outcome } from './outcome.ts';

type FailureModes = PlaybookPerformance['failureModes'];

const mostModes = 50;

/** How this execution failed, in the same words for the same failure. */
export function failureModesOf(outcome: Outcome): readonly string[] {
  switch (outcome.part) {
    case 'completed': {
      const { outcome: result, steps, reason } = outcome.completed;
      if (result === 'refused') return [`refused by a pre-condition: ${generalise(reason)}`];
      if (result !== 'failed' && result !== 'ambiguous') return [];
      const broken = steps.filter((step) => step.outcome === 'failed' || step.outcome === 'ambiguous');
      if (broken.length === 0) return [`${result}: ${generalise(reason)}`];
      const modes = broken.map(
        (step) => `${step.action} ${step.outcome} in step ${step.step}: ${generalise(step.detail)}`,
      );
      return [...new Set(modes)];
    }
    case 'verified': {
      const { state, reason } = outcome.verified;
      return state === 'SUCCESS' ? [] : [`verification ${state}: ${generalise(reason)}`];
    }
    case 'rolledback':
      return [`rollback failed: ${generalise(outcome.rolledBack.reason)}`];
    case 'false_alarm':
      return [];
    default: {
      const never: never = outcome;
      return never;
    }
  }
}

/** Counts the mode; keeps the fifty most frequent, of equals the newest. */
export function addFailureMode(modes: FailureModes, mode: string, at: string): FailureModes {
  const known = modes.find((each) => each.mode === mode);
  const lastSeen = known === undefined || known.lastSeen < at ? at : known.lastSeen;
  const counted = [...modes.filter((each) => each !== known), { mode, count: (known?.count ?? 0) + 1, lastSeen }];
  return counted
    .sort((left, right) => right.count - left.count || right.lastSeen.localeCompare(left.lastSeen))
    .slice(0, mostModes);
}

/** Replaces numbers and long identifiers, which differ between equal failures. */
function generalise(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#')
    .replaceAll(/\d+(\.\d+)*/g, '#')
    .slice(0, 300);
}
