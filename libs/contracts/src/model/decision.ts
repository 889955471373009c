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
] as const;
export const GateName = z.enum(gateNames);
export type GateName = z.infer<typeof GateName>;

/** `hold`: not now, ask again later. `not_built`: this gate cannot judge yet, and says so. */
export const GateVerdict = z.enum(['pass', 'hold', 'refuse', 'needs_approval', 'not_built', 'not_reached']);
export type GateVerdict = z.infer<typeof GateVerdict>;

export const GateResult = z.strictObject({ gate: GateName, verdict: GateVerdict, reason: Text, inputs: JsonRecord });
export type GateResult = z.infer<typeof GateResult>;

/** One of the nine steps: what it looked at, what it found, why. */
export const DecisionStep = z.strictObject({
  step: z.number().int().min(1).max(9),
  name: DecisionStepName,
  /** `pending` while the loop has not come that far; `not_reached` when it ended before. */
  status: z.enum(['done', 'pending', 'not_reached']),
  inputs: JsonRecord,
  verdict: z.string().max(128),
  reason: Text,
});
export type DecisionStep = z.infer<typeof DecisionStep>;

/** What a decision came to. */
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

/** One decision on one incident. `steps` are always nine, in order. */
export const Decision = z.strictObject({
  id: z.string(),
  at: Timestamp,
  /** The event that made Cortex decide. */
  causeId: z.string(),
  causeType: z.string(),
  attempt: z.number().int().nonnegative(),
  outcome: DecisionOutcome,
  reason: Text,
  playbookId: z.string().optional(),
  executionId: z.string().optional(),
  steps: z.array(DecisionStep).length(9),
  gates: z.array(GateResult),
});
export type Decision = z.infer<typeof Decision>;
