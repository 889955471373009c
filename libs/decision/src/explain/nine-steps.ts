import {
  type Attempt,
  type BreakerRecord,
  type DecisionOutcome,
  type DecisionStep,
  type GateResult,
  type Incident,
  type Service,
  gateNames,
} from '@cortex/contracts';
import type { Assessment } from '../model/assessment.ts';
import type { Memory } from '../model/memory.ts';
import type { Verdict } from '../model/verdict.ts';
import { blastRadiusStep } from './blast-radius.ts';
import { classifyStep } from './classify.ts';
import { decisionStep } from './decision-step.ts';
import { executeStep } from './execute.ts';
import { learnStep } from './learn.ts';
import { rootCauseStep } from './root-cause.ts';
import { safetyChecksStep } from './safety-checks.ts';
import { selectPlaybookStep } from './select-playbook.ts';
import { severityStep } from './severity.ts';
import { verifyStep } from './verify.ts';

/** All that a decision is told from. It is computed elsewhere: here it is only put into words. */
export interface Told {
  readonly incident: Incident;
  readonly memory: Memory;
  readonly service: Service | undefined;
  readonly assessment: Assessment;
  /** What steps 5 and 6 came to; absent when this decision is not about a new plan. */
  readonly verdict: Verdict | undefined;
  /** The attempt that the decision is about or follows. */
  readonly attempt: Attempt | undefined;
  readonly breaker: BreakerRecord | undefined;
  readonly outcome: DecisionOutcome;
}

/** The nine steps of spec 6.1, in order, and the gates of the sixth. */
export function nineSteps(told: Told): { readonly steps: DecisionStep[]; readonly gates: GateResult[] } {
  const { incident, memory, assessment, attempt, outcome } = told;
  const planned = planSteps(told);
  const steps = [
    classifyStep(assessment),
    severityStep(incident, memory, assessment),
    blastRadiusStep(incident, assessment.risk),
    rootCauseStep(assessment, told.service),
    ...planned.steps,
    executeStep(attempt, outcome),
    verifyStep(attempt, outcome),
    learnStep(attempt, told.breaker, outcome),
  ];
  return { steps, gates: [...planned.gates] };
}

/** Steps 5 and 6 and the gates: of the verdict, or as they were when this attempt was decided. */
function planSteps({ incident, verdict, attempt }: Told): {
  readonly steps: readonly DecisionStep[];
  readonly gates: readonly GateResult[];
} {
  if (verdict !== undefined) {
    return { steps: [selectPlaybookStep(incident, verdict), safetyChecksStep(verdict)], gates: verdict.gates };
  }
  const asked = incident.decisions.find(
    (decision) =>
      decision.outcome === 'remediate' && decision.executionId === attempt?.executionId && attempt !== undefined,
  );
  if (asked !== undefined) return { steps: asked.steps.slice(4, 6), gates: asked.gates };
  return {
    steps: [
      decisionStep('select_playbook', 'not_reached', {}, 'not reached', 'nothing was left to select'),
      decisionStep('safety_checks', 'not_reached', {}, 'not reached', 'there was no plan to check'),
    ],
    gates: notAsked('there was no plan'),
  };
}

function notAsked(reason: string): GateResult[] {
  return gateNames.map((gate) => ({ gate, verdict: 'not_reached', reason, inputs: {} }));
}
