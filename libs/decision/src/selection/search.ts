import type { Candidates } from '../model/candidate.ts';
import type { Work } from '../record/work.ts';
import { findPlaybooks } from './find.ts';
import { rankMatches } from './rank.ts';

/** Spec 6.1 step 5 and 6.2: finds what fits and puts the best first. */
export function searchPlaybooks(work: Work): Pick<Candidates, 'ranked' | 'notFound' | 'pendingUntil'> {
  const { matches, passedOver, pendingUntil } = findPlaybooks(work);
  const ranked = rankMatches(matches, work.incident.blastRadius.level, work.facts.performance, work.now);
  return { ranked, notFound: passedOver, ...(pendingUntil === undefined ? {} : { pendingUntil }) };
}
