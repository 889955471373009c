import { ambiguityPlan } from '@cortex/actions';
import type { ActionDefinition } from '@cortex/actions';
import { targetKey } from '@cortex/contracts';
import type { OnAmbiguous, PlaybookStep, Remediation } from '@cortex/contracts';
import { PlaybookTemplateError, substitute, templateVariables } from '@cortex/execution';
import type { ExecutionPhase, RemediationTarget } from '@cortex/execution';

/** One step on one target, with its action found and its parameters validated. */
export interface PlannedStep {
  readonly step: PlaybookStep;
  readonly target: RemediationTarget;
  readonly action: ActionDefinition;
  /** The parameters as the action's schema parsed them. */
  readonly params: unknown;
  readonly onAmbiguous: OnAmbiguous;
}

export interface ResolvedPlan {
  /** The step of a phase; an undo belongs to the step of the remediation that it undoes. */
  at(phase: ExecutionPhase, step: PlaybookStep, target: RemediationTarget): PlannedStep;
}

export type PlanResolution =
  { readonly ok: true; readonly plan: ResolvedPlan } | { readonly ok: false; readonly problems: readonly string[] };

/** Resolves every step for every target before any effect, so that a wrong name cannot fail a plan half-way. */
export function resolvePlan(remediation: Remediation, actions: ReadonlyMap<string, ActionDefinition>): PlanResolution {
  const { playbook, targets } = remediation;
  const problems: string[] = [];
  const planned = new Map<string, PlannedStep>();
  if (hasDuplicates(targets.map(targetKey))) problems.push('a target is named twice');
  for (const [phase, steps] of [
    ['remediation', playbook.steps],
    ['rollback', playbook.rollback.steps],
  ] as const) {
    if (hasDuplicates(steps.map(({ step }) => String(step)))) problems.push(`a ${phase} step number is used twice`);
    for (const step of steps) {
      for (const target of targets) {
        const resolved = resolveStep(step, target, actions);
        if (typeof resolved === 'string') problems.push(`${phase} step ${step.step} "${step.name}": ${resolved}`);
        else planned.set(keyOf(phase, step, target), resolved);
      }
    }
  }
  if (problems.length > 0) return { ok: false, problems: [...new Set(problems)] };
  return {
    ok: true,
    plan: {
      at(phase, step, target) {
        const found = planned.get(keyOf(phase, step, target));
        if (found === undefined)
          throw new RangeError(`no ${phase} step ${step.step} is planned on ${targetKey(target)}`);
        return found;
      },
    },
  };
}

function resolveStep(
  step: PlaybookStep,
  target: RemediationTarget,
  actions: ReadonlyMap<string, ActionDefinition>,
): PlannedStep | string {
  const action = actions.get(step.action);
  if (action === undefined) {
    return `there is no action "${step.action}": correct its name, or put ${step.action}.action.mjs into a plugin folder`;
  }
  const ambiguity = ambiguityPlan(action, step.onAmbiguous);
  if (!ambiguity.ok) return ambiguity.problem;
  try {
    const parsed = action.params.safeParse(substitute(step.params, templateVariables(target)));
    if (parsed.success) return { step, target, action, params: parsed.data, onAmbiguous: ambiguity.onAmbiguous };
    return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'params'}: ${issue.message}`).join('; ');
  } catch (error) {
    if (error instanceof PlaybookTemplateError) return error.message;
    throw error;
  }
}

function keyOf(phase: ExecutionPhase, step: PlaybookStep, target: RemediationTarget): string {
  return `${phase} ${step.step} ${targetKey(target)}`;
}

function hasDuplicates(keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length;
}
