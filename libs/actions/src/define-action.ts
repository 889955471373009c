import type { Instance, JsonRecord, OnAmbiguous, RiskLevel, Target } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import type { z } from 'zod';

export interface ActionContext {
  readonly target: Target;
  /** The target's entry in the catalogue. */
  readonly facts: z.output<typeof Instance>;
  /** Aborts on timeout, on a lost lease and on shutdown. */
  readonly signal: AbortSignal;
  readonly executionId: string;
  /** The lease revision; resources that can fence compare with it. */
  readonly token: number;
  /**
   * Asks an action of many small effects to end early at the next safe point: the kill switch went on. An action that
   * would leave its target worse half-way ignores it; `signal` must always be obeyed.
   */
  readonly stopRequest: AbortSignal;
  log(message: string, data?: JsonRecord): void;
}

export interface ActionResult {
  readonly ok: boolean;
  readonly detail: string;
  /** On `ok: false`: may the same attempt be made again? */
  readonly retryable?: boolean;
  /** On `ok: false`: something was changed before it failed, so a rollback must undo it. */
  readonly partial?: boolean;
  readonly evidence?: JsonRecord;
  /** The share of the resource that was freed, as measured: compared with a step's `expected_recovery`. */
  readonly recoveredPercent?: number;
}

/** The result of a probe after a crash between intent and result. */
export type ProbeVerdict = 'took_effect' | 'no_effect' | 'unknown';

/** One way to change a target. Every effect of Cortex is one of these. */
export interface ActionDefinition<Params extends z.ZodType = z.ZodType> {
  /** As written in playbooks: `restart_service`. */
  readonly name: string;
  readonly summary: string;
  /** Input keys are snake_case, as in the playbook. An empty selector, path or list must not parse. */
  readonly params: Params;
  /** Spec 4. `critical` needs approval, `high` does at SEV0. */
  readonly riskLevel: RiskLevel;
  /** `undefined`, written out: only the playbook's step can know, so every step must say `on_ambiguous`. */
  readonly onAmbiguous: OnAmbiguous | undefined;
  readonly reversible: boolean;
  readonly idempotent: boolean;
  /** May an undo that a crash interrupted be repeated? Default: as `idempotent`. */
  readonly isUndoIdempotent?: boolean;
  /** Of a reversible action: can it be undone with these parameters? Default: yes. */
  canUndo?(params: z.output<Params>): boolean;
  /** Refuses with a reason, before anything is touched. `undefined` means go. */
  guard?(params: z.output<Params>, context: ActionContext): Promise<string | undefined>;
  /** Reads the state that a probe and an undo will compare with. Journaled before the effect. */
  observe(params: z.output<Params>, context: ActionContext): Promise<JsonRecord>;
  act(params: z.output<Params>, context: ActionContext, before: JsonRecord): Promise<ActionResult>;
  /** Says what `act` would do; changes nothing. */
  dryRun(params: z.output<Params>, context: ActionContext): Promise<ActionResult>;
  /** Required where `onAmbiguous` is `probe`. */
  probe?(params: z.output<Params>, context: ActionContext, before: JsonRecord): Promise<ProbeVerdict>;
  /** Required where `reversible`. */
  undo?(params: z.output<Params>, context: ActionContext, before: JsonRecord): Promise<ActionResult>;
}

/** Declares an action; throws `CORTEX_ACTION_INVALID` naming the action and the missing part. */
export function defineAction<Params extends z.ZodType>(definition: ActionDefinition<Params>): ActionDefinition<Params> {
  const problem = problemOf(definition);
  if (problem !== undefined) throw new InvalidActionError(definition.name, problem);
  return definition;
}

export class InvalidActionError extends CortexError {
  readonly action: string;
  readonly problem: string;

  constructor(action: string, problem: string) {
    super('CORTEX_ACTION_INVALID', `action "${action}": ${problem}`);
    this.action = action;
    this.problem = problem;
  }
}

const answers: readonly (string | undefined)[] = ['retry', 'probe', 'escalate', undefined];

function problemOf(definition: ActionDefinition): string | undefined {
  if (!/^[a-z][a-z0-9_]{1,63}$/.test(definition.name ?? '')) return 'name must be snake_case, 2 to 64 characters';
  if (!('onAmbiguous' in definition) || !answers.includes(definition.onAmbiguous)) {
    return 'onAmbiguous is missing: say retry, probe or escalate, so that a crash mid-effect has an answer; or undefined, and each step must say it';
  }
  if (definition.onAmbiguous === 'probe' && definition.probe === undefined)
    return 'onAmbiguous is probe, but probe() is missing';
  if (definition.onAmbiguous === 'retry' && !definition.idempotent)
    return 'onAmbiguous is retry, but the action is not idempotent';
  if (definition.reversible && definition.undo === undefined) return 'reversible, but undo() is missing';
  return undefined;
}
