import {
  Approval,
  BlastRadiusLevel,
  CauseCategory,
  DurationMs,
  Decision,
  EscalationRecord,
  ExecutionOutcome,
  Incident,
  IncidentSeverity,
  IncidentStatus,
  Recurrence,
  ResolutionMethod,
  Timestamp,
  VerificationFinding,
  VerificationState,
  Waiting,
} from '@cortex/contracts';
import { z } from 'zod';

/** An incident as one line of a list. */
export const IncidentItem = z.object({
  id: z.uuid(),
  service: z.string(),
  title: z.string(),
  status: IncidentStatus,
  severity: IncidentSeverity,
  cause: CauseCategory,
  blastRadius: BlastRadiusLevel,
  environment: z.string(),
  startedAt: Timestamp,
  detectedAt: Timestamp,
  openedAt: Timestamp,
  updatedAt: Timestamp,
  activeSignals: z.number().int().nonnegative(),
  instances: z.array(z.string()),
  attempts: z.array(
    z.object({
      playbookId: z.string(),
      requestedAt: Timestamp,
      startedAt: Timestamp.optional(),
      completedAt: Timestamp.optional(),
      outcome: ExecutionOutcome.optional(),
      verification: VerificationState.optional(),
      verifiedAt: Timestamp.optional(),
    }),
  ),
  /** What it waits for. Absent while Cortex works on it, and when it is over. */
  waiting: Waiting.optional(),
  recurrence: Recurrence.optional(),
  escalatedAt: Timestamp.optional(),
  acknowledgedBy: z.string().optional(),
  approval: Approval.optional(),
  resolution: z
    .object({
      method: ResolutionMethod,
      at: Timestamp,
      recoveredAt: Timestamp,
      timeToResolutionMs: DurationMs,
      verificationPassed: z.boolean(),
    })
    .optional(),
});
export type IncidentItem = z.infer<typeof IncidentItem>;

export const IncidentList = z.object({
  incidents: z.array(IncidentItem),
  /** How many match, before the limit. */
  total: z.number().int().nonnegative(),
});
export type IncidentList = z.infer<typeof IncidentList>;

export const IncidentView = z.object({ incident: Incident });
export type IncidentView = z.infer<typeof IncidentView>;

/** The verifier's conclusion on one execution, with the evidence. */
export const VerificationView = z.object({
  executionId: z.string(),
  playbookId: z.string(),
  state: VerificationState,
  reason: z.string(),
  recommendation: z.string(),
  findings: z.array(VerificationFinding),
  recoveredAt: Timestamp.optional(),
  completedAt: Timestamp,
});
export type VerificationView = z.infer<typeof VerificationView>;

export const Tone = z.enum(['neutral', 'info', 'good', 'warning', 'bad']);
export type Tone = z.infer<typeof Tone>;

/** One event in the life of an incident, described for a human. */
export const TimelineEntry = z.object({
  at: Timestamp,
  kind: z.enum([
    'signal',
    'decision',
    'approval',
    'attempt',
    'step',
    'verification',
    'rollback',
    'escalation',
    'notification',
    'acknowledgement',
    'resolution',
  ]),
  title: z.string(),
  detail: z.string(),
  tone: Tone,
  decision: Decision.optional(),
  findings: z.array(VerificationFinding).optional(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** An incident in five sentences. */
export const IncidentSummary = z.object({
  what: z.string(),
  since: z.string(),
  decided: z.string(),
  done: z.string(),
  /** What happens next, or who is waited for. */
  next: z.string(),
});
export type IncidentSummary = z.infer<typeof IncidentSummary>;

/** Everything known of one incident, in the order in which it happened. */
export const Explanation = z.object({
  summary: IncidentSummary,
  incident: Incident,
  verifications: z.array(VerificationView),
  notifications: EscalationRecord.shape.notifications,
  timeline: z.array(TimelineEntry),
});
export type Explanation = z.infer<typeof Explanation>;

export const DecisionList = z.object({
  decisions: z.array(z.object({ incidentId: z.uuid(), service: z.string(), decision: Decision })),
});
export type DecisionList = z.infer<typeof DecisionList>;

export const ApprovalItem = z.object({
  approval: Approval,
  incident: IncidentItem.pick({ id: true, service: true, title: true, severity: true, blastRadius: true }),
  playbookName: z.string(),
  /** The steps that would run, in order. */
  steps: z.array(z.object({ step: z.number().int(), name: z.string(), action: z.string() })),
});
export type ApprovalItem = z.infer<typeof ApprovalItem>;

export const ApprovalList = z.object({ approvals: z.array(ApprovalItem) });
export type ApprovalList = z.infer<typeof ApprovalList>;

/** The result of a request to a service; the effect follows by the event. */
export const Accepted = z.object({
  /** The event that carries the request; absent when it had been asked already. */
  eventId: z.string().optional(),
  detail: z.string(),
});
export type Accepted = z.infer<typeof Accepted>;
