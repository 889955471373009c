import type { DecisionStep } from '@cortex/contracts';
import type { Work } from '../record/work.ts';
import { type Search, findPlaybooks } from '../selection/find.ts';
import { type RankedMatch, rankMatches, selectionWeights } from '../selection/rank.ts';
import { decisionStep } from './decision-step.ts';

export interface Selection {
  readonly ranked: readonly RankedMatch[];
  readonly search: Search;
}

/** Spec 6.1 step 5 and 6.2: finds what fits and puts the best first. */
export function selectPlaybook(work: Work): Selection {
  const search = findPlaybooks(work);
  return {
    search,
    ranked: rankMatches(search.matches, work.incident.blastRadius.level, work.facts.performance, work.now),
  };
}

export function selectPlaybookStep(work: Work, selection: Selection, chosen: RankedMatch | undefined): DecisionStep {
  const { ranked, search } = selection;
  const inputs = {
    weights: { ...selectionWeights },
    candidates: ranked
      .slice(0, 5)
      .map(({ playbook, match, score, parts }) => ({ playbook: playbook.id, match, score, ...parts })),
    passed_over: firstTen(search.passedOver),
    tried: work.incident.attempts
      .slice(-5)
      .map((attempt) => `${attempt.playbookId}: ${attempt.verification ?? attempt.outcome ?? 'running'}`),
  };
  const best = chosen ?? ranked[0];
  if (best === undefined) {
    const verdict = search.pendingUntil === undefined ? 'no match' : 'not yet';
    const reason =
      search.pendingUntil === undefined ? 'no playbook fits' : 'a trigger is true, but not for long enough';
    return decisionStep('select_playbook', 'done', inputs, verdict, reason);
  }
  return decisionStep('select_playbook', 'done', inputs, best.playbook.id, `${best.match} match, score ${best.score}`);
}

function firstTen(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).slice(0, 10));
}
