import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Instance, Target } from '../model/catalogue.ts';
import { ExecutionOutcome, RollbackOutcome, StepResult, TriggeringSignal } from '../model/incident.ts';
import { Playbook } from '../model/playbook.ts';
import { DurationMs, Name, Text, Timestamp } from '../model/scalars.ts';

const family = { version: 1, stream: 'REMEDIATION' } as const;
const ExecutionId = z.string().min(1).max(128);

/** Everything that the executor needs: it looks nothing up, so it runs exactly what was decided. */
export const Remediation = z.strictObject({
  executionId: ExecutionId,
  incidentId: z.uuid(),
  attempt: z.number().int().positive(),
  playbook: Playbook,
  /** Never empty. Each target with the facts that its actions need. */
  targets: z.array(Target.extend({ facts: Instance })).min(1),
  /** What it is for. Absent in requests of earlier versions. */
  signals: z.array(TriggeringSignal).max(500).optional(),
  /**
   * Instances of the service that may be out of service at once, across all incidents: worked on, not yet seen to serve again, or
   * unhealthy by themselves.
   */
  maxUnavailable: z.number().int().positive(),
  approvalId: z.string().optional(),
  dryRun: z.boolean(),
  requestedAt: Timestamp,
  /** Refused if it has not begun by then, because the situation has changed. */
  expiresAt: Timestamp,
});
export type Remediation = z.infer<typeof Remediation>;

export const remediationRequested = defineEvent({
  ...family,
  type: 'remediation.requested',
  summary: 'Run this playbook on these targets',
  producers: ['decision'],
  consumers: ['executor'],
  data: Remediation,
});

export const remediationStarted = defineEvent({
  ...family,
  type: 'remediation.started',
  summary: 'Lease and budget are held, pre-conditions hold, the first step begins',
  producers: ['executor'],
  consumers: ['decision'],
  data: z.strictObject({
    executionId: ExecutionId,
    incidentId: z.uuid(),
    playbookId: Name,
    targets: z.array(Target).min(1),
    startedAt: Timestamp,
  }),
});

export const remediationStepCompleted = defineEvent({
  ...family,
  type: 'remediation.step.completed',
  summary: 'One step ended on one target',
  producers: ['executor'],
  consumers: [],
  data: z.strictObject({
    executionId: ExecutionId,
    incidentId: z.uuid(),
    phase: z.enum(['remediation', 'rollback']),
    result: StepResult,
  }),
});

/** The gate or limit that refused before any effect. `superseded`: the plan is not what its incident waits for any more. */
export const RefusedBy = z.enum([
  'silence',
  'kill_switch',
  'superseded',
  'approval',
  'window',
  'circuit_breaker',
  'flapping',
  'target_lock',
  'budget',
  'expired',
  'precondition',
  'protected',
  'dry_run_failed',
  'invalid_plan',
]);
export type RefusedBy = z.infer<typeof RefusedBy>;

export const remediationCompleted = defineEvent({
  ...family,
  type: 'remediation.completed',
  summary: 'The playbook ended. `succeeded` says that its steps ran, not that they helped',
  producers: ['executor'],
  consumers: ['decision', 'verifier', 'learner'],
  data: z.strictObject({
    executionId: ExecutionId,
    incidentId: z.uuid(),
    playbook: Playbook,
    targets: z.array(Target).min(1),
    /** What led to it, and must be seen gone. Absent in events of earlier versions. */
    signals: z.array(TriggeringSignal).max(500).optional(),
    outcome: ExecutionOutcome,
    reason: Text,
    /** For `refused`: the gate or limit that refused; the decision may ask again later. */
    refusedBy: RefusedBy.optional(),
    steps: z.array(StepResult),
    startedAt: Timestamp,
    /** When the last effect ended: verification looks only at samples after it. */
    completedAt: Timestamp,
    durationMs: DurationMs,
  }),
});

export const remediationRollbackRequested = defineEvent({
  ...family,
  type: 'remediation.rollback.requested',
  summary: 'Undo what this execution did, in reverse',
  producers: ['decision'],
  consumers: ['executor'],
  data: z.strictObject({
    executionId: ExecutionId,
    incidentId: z.uuid(),
    remediation: Remediation,
    reason: Text,
    requestedAt: Timestamp,
  }),
});

export const remediationRolledBack = defineEvent({
  ...family,
  type: 'remediation.rolledback',
  summary: 'The rollback ended, or a human’s stop holds it',
  producers: ['executor'],
  consumers: ['decision', 'learner'],
  data: z.strictObject({
    executionId: ExecutionId,
    incidentId: z.uuid(),
    playbookId: Name,
    targets: z.array(Target),
    outcome: RollbackOutcome,
    reason: Text,
    steps: z.array(StepResult),
    completedAt: Timestamp,
  }),
});
