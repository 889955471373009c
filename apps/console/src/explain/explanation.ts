import type { Incident } from '@cortex/contracts';
import type { Explanation, VerificationView } from '@cortex/api';
import { summaryOf } from './summary.ts';
import { timeline } from './timeline.ts';

/** The record, the evidence and the pages, with all of it in order. Pure. `notifications`: undefined where no record of them is left. */
export function explanationOf(
  incident: Incident,
  verifications: readonly VerificationView[],
  notifications: Explanation['notifications'] | undefined,
): Explanation {
  const entries = [...timeline(incident, verifications, notifications ?? [])];
  return {
    summary: summaryOf(incident, notifications),
    incident,
    verifications: [...verifications],
    notifications: notifications ?? [],
    timeline: entries,
  };
}
