import { z } from 'zod';
import { JsonRecord, Text, Timestamp } from './scalars.ts';

/** The nine steps of spec 6.1, in order. */
export const decisionStepNames = [
  'classify',
  'severity',
  'blast_radius',
  'root_cause',
  'select_playbook',
  'safety_checks',
  'execute',
  'verify',
  'learn',
] as const;
export const DecisionStepName = z.enum(decisionStepNames);
export type DecisionStepName = z.infer<typeof DecisionStepName>;

/** The safety gates of step 6, in the order in which they are asked. */
export const gateNames = [
  'silence',
  'kill_switch',
  'storm',
  'minimum_healthy',
  'budget',
  'target_lock',
  'window',
  'approval',
  'start_rate',
] as const;
export const GateName = z.enum(gateNames);
export type GateName = z.infer<typeof GateName>;

/** `hold`: not now, ask again later. `not_built`: this gate cannot judge yet, and says so. */
export const GateVerdict = z.enum(['pass', 'hold', 'refuse', 'needs_approval', 'not_built', 'not_reached']);
export type GateVerdict = z.infer<typeof GateVerdict>;

/** Why a gate does not pass, beside its text. */
export const GateReason = z.enum([
  'silenced',
  'silences_unreadable',
  'kill_switch_on',
  'kill_switch_unreadable',
  'storm',
  'after_storm',
  'one_at_a_time',
  'too_few_healthy',
  'nothing_checked',
  'budget_used_up',
  'target_held',
  'freeze_window',
  'outside_maintenance_window',
  'no_maintenance_window',
  'approval_needed',
  'start_rate_reached',
  'more_severe_first',
]);
export type GateReason = z.infer<typeof GateReason>;

/** `code` is absent where the gate passes, was not asked, or was asked by an earlier version. */
export const GateResult = z.strictObject({
  gate: GateName,
  verdict: GateVerdict,
  code: GateReason.optional(),
  reason: Text,
  inputs: JsonRecord,
});
export type GateResult = z.infer<typeof GateResult>;

/** One of the nine steps: its inputs, its result, its reason. */
export const DecisionStep = z.strictObject({
  step: z.number().int().min(1).max(9),
  name: DecisionStepName,
  /** `pending` while the loop has not come to it; `not_reached` when it ended before. */
  status: z.enum(['done', 'pending', 'not_reached']),
  inputs: JsonRecord,
  verdict: z.string().max(128),
  reason: Text,
});
export type DecisionStep = z.infer<typeof DecisionStep>;

/** The outcome of a decision. */
export const DecisionOutcome = z.enum([
  'wait',
  'hold',
  'remediate',
  'request_approval',
  'advise',
  'monitor',
  'roll_back',
  'escalate',
  'resolve',
]);
export type DecisionOutcome = z.infer<typeof DecisionOutcome>;

/** The reason of a decision's outcome, beside its text. */
export const DecisionReason = z.enum([
  'silenced',
  'attempts_used_up',
  'dependency_first',
  'learning',
  'source_silent',
  'trigger_pending',
  'checks_pending',
  'degraded_only',
  'rare_only',
  'no_playbook',
  'no_usable_playbook',
  'watched_only',
  'radius_too_wide',
  'check_holds',
  'gate_holds',
  'approval_needed',
  'clear_to_run',
  'refused_by_executor',
  'dry_run',
  'stopped',
  'did_not_help',
  'made_worse',
  'rollback_failed',
  'effect_unknown',
  'helped',
  'helped_in_part',
  'uncertain',
  'no_answer',
  'with_humans',
  'approval_denied',
  'approval_expired',
  'signals_cleared',
  'closed_by_human',
]);
export type DecisionReason = z.infer<typeof DecisionReason>;

/** One decision on one incident. `steps` are always nine, in order. `code` is absent in decisions of earlier versions. */
export const Decision = z.strictObject({
  id: z.string(),
  at: Timestamp,
  /** The event that made Cortex decide. */
  causeId: z.string(),
  causeType: z.string(),
  attempt: z.number().int().nonnegative(),
  outcome: DecisionOutcome,
  code: DecisionReason.optional(),
  reason: Text,
  playbookId: z.string().optional(),
  executionId: z.string().optional(),
  steps: z.array(DecisionStep).length(9),
  gates: z.array(GateResult),
});
export type Decision = z.infer<typeof Decision>;
