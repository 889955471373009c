import { notReached } from '../gates/ask-gates.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Work } from '../record/work.ts';
import { chooseCandidate, judgeCandidates } from './candidates.ts';
import { rules } from './rules.ts';

/** Steps 5 and 6 of spec 6.1, and what follows from them. Changes nothing. */
export function conclude(work: Work): Verdict {
  const candidates = judgeCandidates(work);
  const chosen = chooseCandidate(candidates);
  for (const [, rule] of rules) {
    const ruling = rule({ work, candidates, chosen });
    if (ruling === undefined) continue;
    const { gates = notReached(0, ruling.reason) } = ruling;
    return { ...ruling, candidates, chosen, gates: ruling.isByCandidate === true ? (chosen?.gates ?? gates) : gates };
  }
  throw new TypeError('the last rules leave no question over');
}
