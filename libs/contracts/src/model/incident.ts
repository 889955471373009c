import { z } from 'zod';
import { BlastRadius } from './blast-radius.ts';
import { Target } from './catalogue.ts';
import { Decision } from './decision.ts';
import { Harm } from './harm.ts';
import { DurationMs, Name, Text, Timestamp } from './scalars.ts';
import { AnomalySeverity, IncidentSeverity } from './severity.ts';
import { SeriesLabels } from './telemetry.ts';
import { VerificationState } from './verification.ts';

export const IncidentStatus = z.enum([
  'open',
  'awaiting_approval',
  'remediating',
  'verifying',
  'rolling_back',
  'monitoring',
  'escalated',
  'resolved',
]);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** Spec 6.1 step 4. */
export const CauseCategory = z.enum([
  'resource_exhaustion',
  'network',
  'application',
  'configuration',
  'dependency',
  'unknown',
]);
export type CauseCategory = z.infer<typeof CauseCategory>;

/** Spec 6.1 step 1. */
export const SignalClass = z.enum(['metric', 'log', 'trace', 'health', 'composite']);
export type SignalClass = z.infer<typeof SignalClass>;

/** One symptom of the incident. `key` is unique within the incident. */
export const Signal = z.strictObject({
  key: z.string().max(512),
  kind: z.enum(['anomaly', 'health']),
  class: SignalClass,
  target: z.strictObject({ service: Name, instance: Name.optional() }),
  summary: Text,
  metric: z.string().max(256).optional(),
  value: z.number().optional(),
  score: z.number().min(0).max(1).optional(),
  severity: AnomalySeverity.optional(),
  /** Of an anomaly. Absent in signals of earlier versions, which count by their severity. */
  harm: Harm.optional(),
  healthState: z.string().optional(),
  failingChecks: z.array(z.string()).optional(),
  failingCheckTypes: z.array(z.string()).optional(),
  /** What the failing checks said, with their names: the first of them. Absent in signals of earlier versions. */
  findings: z.array(z.string().max(512)).max(8).optional(),
  /** Checks of the instance that have not answered since its trouble began. */
  pendingChecks: z.array(z.string()).optional(),
  /** Of the change of health that it was last told by. */
  sequence: z.number().int().nonnegative().optional(),
  anomalyKind: z.string().max(64).optional(),
  labels: SeriesLabels.optional(),
  /** What the anomaly called normal. */
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** How surprising it is that other services have anomalies at the same time. */
  correlation: z.number().min(0).max(1).optional(),
  direction: z.enum(['up', 'down']).optional(),
  /** The playbook triggers whose sustained condition raised this signal. */
  triggers: z.array(z.string()).optional(),
  active: z.boolean(),
  startedAt: Timestamp,
  detectedAt: Timestamp,
  clearedAt: Timestamp.optional(),
});
export type Signal = z.infer<typeof Signal>;

/** A signal that led to a remediation: it must be seen gone before that counts as a success. */
export const TriggeringSignal = Signal.pick({
  key: true,
  kind: true,
  target: true,
  metric: true,
  labels: true,
  value: true,
  lower: true,
  upper: true,
  triggers: true,
  failingChecks: true,
});
export type TriggeringSignal = z.infer<typeof TriggeringSignal>;

export const StepOutcome = z.enum(['succeeded', 'failed', 'skipped', 'ambiguous', 'dry_run']);
export type StepOutcome = z.infer<typeof StepOutcome>;

/** The result of one step on one target. */
export const StepResult = z.strictObject({
  step: z.number().int().positive(),
  name: z.string(),
  action: z.string(),
  target: Target,
  outcome: StepOutcome,
  attempts: z.number().int().nonnegative(),
  startedAt: Timestamp,
  durationMs: DurationMs,
  detail: Text,
  /** True when the result was concluded from a probe after a crash, not reported by the action itself. */
  inferred: z.boolean().default(false),
});
export type StepResult = z.infer<typeof StepResult>;

/** `stopped`: a human's stop came between its steps. That is no failure; what it did until then is in its steps. */
export const ExecutionOutcome = z.enum(['succeeded', 'failed', 'stopped', 'refused', 'ambiguous', 'dry_run']);
export type ExecutionOutcome = z.infer<typeof ExecutionOutcome>;

/** `stopped`: a human's stop holds it. It is taken up when that ends, if it is still right then. */
export const RollbackOutcome = z.enum(['succeeded', 'failed', 'stopped', 'not_available']);
export type RollbackOutcome = z.infer<typeof RollbackOutcome>;

/** One use of one playbook on an incident. */
export const Attempt = z.strictObject({
  attempt: z.number().int().positive(),
  executionId: z.string(),
  playbookId: z.string(),
  playbookVersion: z.string(),
  targets: z.array(Target),
  requestedAt: Timestamp,
  startedAt: Timestamp.optional(),
  completedAt: Timestamp.optional(),
  outcome: ExecutionOutcome.optional(),
  reason: Text.optional(),
  steps: z.array(StepResult).default([]),
  verification: VerificationState.optional(),
  verificationReason: Text.optional(),
  verifiedAt: Timestamp.optional(),
  /** Verification found something worse than before. */
  worsened: z.boolean().optional(),
  /** The targets had recovered, and the same trouble came back while verification watched. */
  relapsed: z.boolean().optional(),
  recoveredAt: Timestamp.optional(),
  rollback: RollbackOutcome.optional(),
});
export type Attempt = z.infer<typeof Attempt>;

export const Approval = z.strictObject({
  approvalId: z.string(),
  executionId: z.string(),
  planHash: z.string(),
  playbookId: z.string(),
  targets: z.array(Target),
  reason: Text,
  requestedAt: Timestamp,
  expiresAt: Timestamp,
  requiredApprovals: z.number().int().positive(),
  grantedBy: z.array(z.string()).default([]),
  /** `withdrawn`: Cortex withdrew the question. Earlier versions said `expired` for that too. */
  status: z.enum(['pending', 'granted', 'denied', 'expired', 'withdrawn']),
  decidedBy: z.string().optional(),
  comment: Text.optional(),
  /** With `withdrawn`. */
  withdrawal: z.strictObject({ at: Timestamp, reason: Text }).optional(),
});
export type Approval = z.infer<typeof Approval>;

export const IncidentEscalation = z.strictObject({
  escalationId: z.string(),
  at: Timestamp,
  severity: IncidentSeverity,
  reason: Text,
  urgent: z.boolean(),
});
export type IncidentEscalation = z.infer<typeof IncidentEscalation>;

/** Spec 9.1 `resolution_method`, and `cleared` for trouble that went away by itself. */
export const ResolutionMethod = z.enum(['auto_remediation', 'manual', 'rollback', 'cleared']);
export type ResolutionMethod = z.infer<typeof ResolutionMethod>;

/** The same trouble has come back after fixes that held. */
export const Recurrence = z.strictObject({
  /** How often, within the last hour. */
  times: z.number().int().positive(),
  /** When the first of these fixes ended. */
  since: Timestamp,
  /** When humans were told of it, in this incident or in one before. */
  toldAt: Timestamp.optional(),
});
export type Recurrence = z.infer<typeof Recurrence>;

/** Why nothing is done to an open incident for now. */
export const Waiting = z.strictObject({
  /** A gate or a check that holds (`storm`, `flapping`), `dependency`, `learning`, `source`, `trigger`, `silence`, `approval`, `proof` or `human`. */
  for: z.string().min(1).max(64),
  reason: Text,
  since: Timestamp,
  /** When it is looked at again at the latest, or when a question expires. */
  until: Timestamp.optional(),
});
export type Waiting = z.infer<typeof Waiting>;

/** A whole incident: the trouble, the decisions and their reasons, the actions, and their success. */
export const Incident = z.strictObject({
  id: z.uuid(),
  service: Name,
  title: Text,
  status: IncidentStatus,
  severity: IncidentSeverity,
  initialSeverity: IncidentSeverity,
  /** Whether users suffer, and why, or why not. Absent in incidents of earlier versions. */
  harm: z.strictObject({ isHarmful: z.boolean(), reason: Text }).optional(),
  cause: CauseCategory,
  blastRadius: BlastRadius,
  environment: Name,
  /** When the trouble began, as far as the signals can tell. */
  startedAt: Timestamp,
  detectedAt: Timestamp,
  openedAt: Timestamp,
  updatedAt: Timestamp,
  signals: z.array(Signal),
  affected: z.strictObject({ services: z.array(Name), instances: z.array(Name), hosts: z.array(Name) }),
  attempts: z.array(Attempt),
  recurrence: Recurrence.optional(),
  /** Absent while Cortex works on it, and when it is over. */
  waiting: Waiting.optional(),
  decisions: z.array(Decision),
  /** How many parts of a long incident its record and its events do without. */
  leftOut: z
    .strictObject({
      attempts: z.number().int().nonnegative(),
      /** Of the attempts that are here: results of steps on targets. */
      stepResults: z.number().int().nonnegative(),
      decisions: z.number().int().nonnegative(),
    })
    .optional(),
  approval: Approval.optional(),
  escalations: z.array(IncidentEscalation),
  acknowledgedBy: z.string().optional(),
  acknowledgedAt: Timestamp.optional(),
  resolution: z
    .strictObject({
      method: ResolutionMethod,
      at: Timestamp,
      /** Start of the streak that verification confirmed. */
      recoveredAt: Timestamp,
      timeToResolutionMs: DurationMs,
      verificationPassed: z.boolean(),
      reason: Text,
    })
    .optional(),
});
export type Incident = z.infer<typeof Incident>;

/** The target that a storm is told as: trouble of the service `cortex`, so that it becomes an incident of its own. */
export const stormTarget = { service: 'cortex', instance: 'storm' } as const;
