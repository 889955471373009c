import type { DecisionStep } from '@cortex/contracts';
import { type RootCause, findRootCause } from '../assessment/root-cause.ts';
import type { Work } from '../record/work.ts';
import { decisionStep } from './decision-step.ts';

export interface RootCauseStep {
  readonly found: RootCause;
  readonly step: DecisionStep;
}

/** Spec 6.1 step 4. */
export function rootCauseStep(work: Work): RootCauseStep {
  const found = findRootCause(work.incident, work.facts);
  const inputs = { votes: { ...found.votes }, depends_on: [...(work.service?.dependsOn ?? [])] };
  const reason =
    found.rootService === undefined
      ? 'by what its signals name'
      : `${found.rootService}, which it depends on, is in trouble itself`;
  return { found, step: decisionStep('root_cause', 'done', inputs, found.cause, reason) };
}
