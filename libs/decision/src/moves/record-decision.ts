import {
  type Attempt,
  type Decision,
  type DecisionOutcome,
  type DecisionReason,
  decisionMade,
  draft,
} from '@cortex/contracts';
import { assessmentOf } from '../assessment/assess.ts';
import { nineSteps } from '../explain/nine-steps.ts';
import type { Verdict } from '../model/verdict.ts';
import { sameConclusion } from '../record/finish.ts';
import { type Work, change, findAttempt, remember } from '../record/work.ts';
import { breakerOf } from '../safety/breaker-of.ts';

export interface Decided {
  readonly outcome: DecisionOutcome;
  readonly code: DecisionReason;
  readonly reason: string;
  /** The attempt that this decision is about or follows: its steps 7 to 9 are told. */
  readonly subject?: Attempt | undefined;
  /** What steps 5 and 6 came to. Absent: those of the subject's plan are told again. */
  readonly verdict?: Verdict;
  readonly playbookId?: string | undefined;
  readonly executionId?: string | undefined;
}

/** Keeps a decision and tells it: always nine steps. The same conclusion as the last one says nothing new and is not kept. */
export function recordDecision(work: Work, decided: Decided): void {
  const { subject, outcome, code } = decided;
  const attempt = subject === undefined ? undefined : (findAttempt(work, subject.executionId) ?? subject);
  const playbookId = decided.playbookId ?? attempt?.playbookId;
  const executionId = decided.executionId ?? attempt?.executionId;
  const { incident, memory, service } = work;
  const decision: Decision = {
    id: `${incident.id}-d${memory.decisions + 1}`,
    at: work.now,
    causeId: work.inputId,
    causeType: work.inputType,
    attempt: (attempt ?? incident.attempts.at(-1))?.attempt ?? 0,
    outcome,
    code,
    reason: decided.reason.slice(0, 4_000),
    ...(playbookId === undefined ? {} : { playbookId }),
    ...(executionId === undefined ? {} : { executionId }),
    ...nineSteps({
      incident,
      memory,
      service,
      assessment: assessmentOf(work),
      verdict: decided.verdict,
      attempt,
      breaker: attempt === undefined ? undefined : breakerOf(work, attempt.playbookId),
      outcome,
    }),
  };
  if (sameConclusion(incident.decisions.at(-1), decision)) return;
  remember(work, { decisions: memory.decisions + 1 });
  change(work, { decisions: [...incident.decisions, decision] }, `${outcome}: ${decided.reason}`);
  const data = { incidentId: incident.id, service: incident.service, decision };
  work.drafts.push(draft(decisionMade, { service: incident.service, incidentId: incident.id, key: decision.id, data }));
}
