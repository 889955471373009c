import type { Candidate, Candidates } from '../model/candidate.ts';
import type { Work } from '../record/work.ts';
import { searchPlaybooks } from '../selection/search.ts';
import { judge } from './judge.ts';

/** Every playbook that fits, best first, judged up to the first that may run or be asked for. */
export function judgeCandidates(work: Work): Candidates {
  const search = searchPlaybooks(work);
  const judged: Candidate[] = [];
  const unusable: Record<string, string> = {};
  for (const match of search.ranked) {
    const result = judge(work, match);
    if (typeof result === 'string') unusable[match.playbook.id] = result;
    else judged.push(result);
    if (typeof result !== 'string' && !(result.verdict.kind === 'held' && result.verdict.code === 'check_holds')) break;
  }
  return { ...search, judged, unusable };
}

/** The best candidate that may run or be asked for; failing that, the best that may be used later. */
export function chooseCandidate({ judged }: Candidates): Candidate | undefined {
  return judged.find(({ verdict }) => !(verdict.kind === 'held' && verdict.code === 'check_holds')) ?? judged[0];
}
