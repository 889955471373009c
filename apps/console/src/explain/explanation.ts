import type { Incident } from '@cortex/contracts';
import type { Explanation, VerificationView } from '@cortex/api';
import { summaryOf } from './summary.ts';
import { timeline } from './timeline.ts';

/** The record, the evidence and the pages, with all of it in order. Pure. */
export function explanationOf(
  incident: Incident,
  verifications: readonly VerificationView[],
  notifications: Explanation['notifications'],
): Explanation {
  const entries = [...timeline(incident, verifications, notifications)];
  return {
    summary: summaryOf(incident),
    incident,
    verifications: [...verifications],
    notifications,
    timeline: entries,
  };
}
