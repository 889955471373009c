import type { Candidate, Candidates, Unusable } from '../model/candidate.ts';
import { kindRank } from '../model/plan.ts';
import type { Work } from '../record/work.ts';
import { searchPlaybooks } from '../selection/search.ts';
import { judge } from './judge.ts';

/**
 * Every playbook that fits, best first, judged up to the first that may run or be asked for. A worse kind of match is not
 * tried while a better one is held only for the moment.
 */
export function judgeCandidates(work: Work): Candidates {
  const search = searchPlaybooks(work);
  const judged: Candidate[] = [];
  const unusable = new Map<string, Unusable>();
  for (const match of search.ranked) {
    const waitedFor = judged.find(isHeldForTheMoment);
    if (waitedFor !== undefined && kindRank(waitedFor.match.match) < kindRank(match.match)) break;
    const result = judge(work, match);
    if (!('verdict' in result)) {
      unusable.set(match.playbook.id, result);
      continue;
    }
    judged.push(result);
    if (result.verdict.kind !== 'held') break;
  }
  return { ...search, judged, unusable };
}

/** The best candidate that may run or be asked for; failing that, one that came as far as the gates. */
export function chooseCandidate({ judged }: Candidates): Candidate | undefined {
  const mayBeUsed = judged.find(({ verdict }) => verdict.kind !== 'held');
  const isByGate = ({ verdict }: Candidate): boolean => verdict.kind === 'held' && verdict.code === 'gate_holds';
  return mayBeUsed ?? judged.find(isByGate) ?? judged[0];
}

function isHeldForTheMoment({ verdict }: Candidate): boolean {
  return verdict.kind === 'held' && verdict.gateReason !== 'outside_maintenance_window';
}
