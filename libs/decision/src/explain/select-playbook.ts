import type { DecisionStep, Incident } from '@cortex/contracts';
import { selectionWeights } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 5 and 6.2. */
export function selectPlaybookStep({ attempts }: Incident, { candidates, chosen }: Verdict): DecisionStep {
  const { ranked, notFound, pendingUntil } = candidates;
  const inputs = {
    weights: { ...selectionWeights },
    candidates: ranked
      .slice(0, 5)
      .map(({ playbook, match, score, parts }) => ({ playbook: playbook.id, match, score, ...parts })),
    passed_over: Object.fromEntries(Object.entries(notFound).slice(0, 10)),
    tried: attempts
      .slice(-5)
      .map((attempt) => `${attempt.playbookId}: ${attempt.verification ?? attempt.outcome ?? 'running'}`),
  };
  const best = chosen?.match ?? ranked[0];
  if (best !== undefined) {
    const reason = `${best.match} match, score ${best.score}`;
    return decisionStep('select_playbook', 'done', inputs, best.playbook.id, reason);
  }
  if (pendingUntil === undefined)
    return decisionStep('select_playbook', 'done', inputs, 'no match', 'no playbook fits');
  return decisionStep('select_playbook', 'done', inputs, 'not yet', 'a trigger is true, but not for long enough');
}
