import type { ActionContext } from '@cortex/actions';
import type { HandlerContext } from '@cortex/bus';
import type { JsonRecord } from '@cortex/contracts';
import { plainTarget } from '@cortex/execution';
import type { ExecutionPhase, StepPlace } from '@cortex/execution';
import type { Holds } from './holds.ts';
import type { Journal } from './journal.ts';
import type { ExecutorParts } from './parts.ts';
import type { ResolvedPlan, PlannedStep } from './resolve-plan.ts';
import type { Publisher } from './publisher.ts';

/** One execution under way in this process. */
export interface ExecutionRun {
  readonly parts: ExecutorParts;
  readonly journal: Journal;
  readonly plan: ResolvedPlan;
  readonly holds: Holds;
  readonly publisher: Publisher;
  /** From then on nobody waits for it: no further effect begins. */
  readonly deadline: Date;
  /** Aborts when this process drains: the running step ends, the next one is left to another executor. */
  readonly draining: HandlerContext['signal'];
}

/** The context that an action gets for its target. */
export function actionContext(
  run: Pick<ExecutionRun, 'parts' | 'journal'>,
  planned: PlannedStep,
  fields: Pick<ActionContext, 'signal' | 'stopRequest' | 'token'>,
): ActionContext {
  const { executionId } = run.journal.record.remediation;
  const { target, step } = planned;
  return {
    target: plainTarget(target),
    facts: target.facts,
    executionId,
    ...fields,
    log: (message: string, data: JsonRecord = {}) =>
      run.parts.logger.info(
        { ...data, executionId, step: step.step, action: step.action, instance: target.instance },
        message,
      ),
  };
}

export function placeOf(phase: ExecutionPhase, planned: PlannedStep): StepPlace {
  return { phase, step: planned.step.step, target: planned.target };
}
