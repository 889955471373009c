import type { DecisionStep, Service } from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import { decisionStep } from './decision-step.ts';

/** Spec 6.1 step 4. */
export function rootCauseStep({ rootCause }: Assessment, service: Service | undefined): DecisionStep {
  const { cause, rootService, votes } = rootCause;
  const inputs = { votes: { ...votes }, depends_on: [...(service?.dependsOn ?? [])] };
  const reason =
    rootService === undefined
      ? 'by what its signals name'
      : `${rootService}, which it depends on, comes first: it is in trouble itself, or silenced`;
  return decisionStep('root_cause', 'done', inputs, cause, reason);
}
