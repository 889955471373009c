import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Target } from '../model/catalogue.ts';
import { DurationMs, Name, Text, Timestamp } from '../model/scalars.ts';
import { VerificationFinding, VerificationState } from '../model/verification.ts';

const family = { version: 1, stream: 'REMEDIATION', producers: ['verifier'] } as const;
const execution = {
  executionId: z.string().min(1).max(128),
  incidentId: z.uuid(),
  playbookId: Name,
  targets: z.array(Target).min(1),
};

export const verificationStarted = defineEvent({
  ...family,
  type: 'verification.started',
  summary: 'Looking whether the remediation helped',
  consumers: [],
  data: z.strictObject({ ...execution, startedAt: Timestamp }),
});

export const verificationCompleted = defineEvent({
  ...family,
  type: 'verification.completed',
  summary: 'Whether the remediation helped, with the evidence. Spec 8.3',
  consumers: ['decision', 'learner'],
  data: z.strictObject({
    ...execution,
    state: VerificationState,
    reason: Text,
    /** With FAILED: something is worse than before the remediation, not only no better. */
    worsened: z.boolean().optional(),
    /** With PARTIAL_SUCCESS: the targets had recovered, and the same trouble came back while that was watched. */
    relapsed: z.boolean().optional(),
    /** With UNCERTAIN: nothing is missing but that the sources of these signals say that they are over. */
    awaits: z.array(z.string().max(512)).max(500).optional(),
    recommendation: z.enum(['close', 'continue_monitoring', 'rollback', 'investigate', 'ask_human']),
    findings: z.array(VerificationFinding).max(500),
    /** Start of the unbroken healthy streak; present with SUCCESS. */
    recoveredAt: Timestamp.optional(),
    completedAt: Timestamp,
    durationMs: DurationMs,
  }),
});
