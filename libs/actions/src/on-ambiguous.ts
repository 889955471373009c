import type { OnAmbiguous } from '@cortex/contracts';
import type { ActionDefinition } from './define-action.ts';

export type AmbiguityPlan =
  { readonly ok: true; readonly onAmbiguous: OnAmbiguous } | { readonly ok: false; readonly problem: string };

/**
 * What to do when a crash leaves it unknown whether a step had its effect. The step's setting wins over the action's;
 * only an action that leaves it to the step lets the step call a repeat safe.
 */
export function ambiguityPlan(
  action: Pick<ActionDefinition, 'name' | 'onAmbiguous' | 'idempotent' | 'probe'>,
  declared: OnAmbiguous | undefined,
): AmbiguityPlan {
  const onAmbiguous = declared ?? action.onAmbiguous;
  if (onAmbiguous === undefined) {
    return {
      ok: false,
      problem: `${action.name} cannot know: the step must say on_ambiguous: retry, probe or escalate`,
    };
  }
  if (onAmbiguous === 'probe' && action.probe === undefined) {
    return { ok: false, problem: `on_ambiguous is probe, but ${action.name} has no probe: say retry or escalate` };
  }
  if (onAmbiguous === 'retry' && action.onAmbiguous !== undefined && !action.idempotent) {
    return { ok: false, problem: `on_ambiguous is retry, but ${action.name} is not idempotent: say probe or escalate` };
  }
  return { ok: true, onAmbiguous };
}
