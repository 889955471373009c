import type { Incident } from '@cortex/contracts';
import type { Explanation, VerificationView } from '@cortex/api';
import type { Pages } from './pages.ts';
import { summaryOf } from './summary.ts';
import { timeline } from './timeline.ts';

/** The record, the evidence and the pages, with all of it in order. Pure. `pages`: undefined where no record of them is left. */
export function explanationOf(
  incident: Incident,
  verifications: readonly VerificationView[],
  pages: Pages | undefined,
): Explanation {
  const entries = [...timeline(incident, verifications, pages?.notifications ?? [])];
  return {
    summary: summaryOf(incident, pages),
    incident,
    verifications: [...verifications],
    notifications: pages?.notifications ?? [],
    timeline: entries,
  };
}
