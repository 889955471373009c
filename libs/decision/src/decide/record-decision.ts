import {
  type Attempt,
  type Decision,
  type DecisionOutcome,
  type DecisionStep,
  type GateResult,
  decisionMade,
  draft,
} from '@cortex/contracts';
import { notReached } from '../gates/ask-gates.ts';
import { sameConclusion } from '../record/finish.ts';
import { type Work, change, remember } from '../record/work.ts';
import { blastRadiusStep } from '../steps/blast-radius.ts';
import { classify } from '../steps/classify.ts';
import { decisionStep } from '../steps/decision-step.ts';
import { executeStep } from '../steps/execute.ts';
import { learnStep } from '../steps/learn.ts';
import { rootCauseStep } from '../steps/root-cause.ts';
import { severityStep } from '../steps/severity.ts';
import { verifyStep } from '../steps/verify.ts';
import { breakerOf } from './breaker-of.ts';

export interface Decided {
  readonly outcome: DecisionOutcome;
  readonly reason: string;
  /** The attempt that this decision is about or follows: its steps 7 to 9 are told. */
  readonly subject?: Attempt | undefined;
  /** Steps 5 and 6 of a new plan. Absent: those of the subject's plan are told again. */
  readonly steps?: readonly [DecisionStep, DecisionStep];
  readonly gates?: readonly GateResult[];
  readonly playbookId?: string | undefined;
  readonly executionId?: string | undefined;
}

/** Keeps a decision and tells it: always nine steps. The same conclusion as the last one says nothing new and is not kept. */
export function recordDecision(work: Work, decided: Decided): void {
  const { subject, outcome } = decided;
  const planned =
    decided.steps === undefined ? planOf(work, subject) : { steps: decided.steps, gates: decided.gates ?? [] };
  const attempts = work.incident.attempts;
  const current =
    subject === undefined ? undefined : (attempts.find((one) => one.executionId === subject.executionId) ?? subject);
  const breaker = current === undefined ? undefined : breakerOf(work, current.playbookId);
  const playbookId = decided.playbookId ?? current?.playbookId;
  const executionId = decided.executionId ?? current?.executionId;
  const decision: Decision = {
    id: `${work.incident.id}-d${work.memory.decisions + 1}`,
    at: work.now,
    causeId: work.inputId,
    causeType: work.inputType,
    attempt: current?.attempt ?? attempts.length,
    outcome,
    reason: decided.reason.slice(0, 4_000),
    ...(playbookId === undefined ? {} : { playbookId }),
    ...(executionId === undefined ? {} : { executionId }),
    steps: [
      classify(work),
      severityStep(work),
      blastRadiusStep(work),
      rootCauseStep(work).step,
      ...planned.steps,
      executeStep(current, outcome),
      verifyStep(current, outcome),
      learnStep(current, breaker, outcome),
    ],
    gates: [...planned.gates],
  };
  if (sameConclusion(work.incident.decisions.at(-1), decision)) return;
  remember(work, { decisions: work.memory.decisions + 1 });
  change(work, { decisions: [...work.incident.decisions, decision] }, `${outcome}: ${decided.reason}`);
  const data = { incidentId: work.incident.id, service: work.incident.service, decision };
  work.drafts.push(
    draft(decisionMade, { service: work.incident.service, incidentId: work.incident.id, key: decision.id, data }),
  );
}

/** Steps 5 and 6 and the gates as they were when this attempt was decided. */
function planOf(
  work: Work,
  subject: Attempt | undefined,
): { steps: readonly DecisionStep[]; gates: readonly GateResult[] } {
  const asked = work.incident.decisions.find(
    (decision) =>
      decision.outcome === 'remediate' && decision.executionId === subject?.executionId && subject !== undefined,
  );
  if (asked === undefined) {
    return {
      steps: [
        decisionStep('select_playbook', 'not_reached', {}, 'not reached', 'nothing was left to select'),
        decisionStep('safety_checks', 'not_reached', {}, 'not reached', 'there was no plan to check'),
      ],
      gates: notReached(0, 'there was no plan'),
    };
  }
  return { steps: asked.steps.slice(4, 6), gates: asked.gates };
}
