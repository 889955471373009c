import { z } from 'zod';
import { Target } from './catalogue.ts';
import { ResolutionMethod } from './incident.ts';
import { DurationMs, JsonRecord, Text, Timestamp } from './scalars.ts';

/** An incident as a page tells of it: enough to act on. Receivers of the webhook get it as JSON. */
export const Situation = z.strictObject({
  /** When the trouble began. */
  since: Timestamp,
  /** What is wrong now, one line each; empty when nothing is any more. */
  wrong: z.array(Text),
  /** What was tried, the newest last, and what came of it. */
  tried: z.array(z.strictObject({ playbook: z.string(), targets: z.array(Target), at: Timestamp, result: Text })),
  /** What the incident waits for, why, and until when, if that is known. */
  waitsFor: z.strictObject({ what: Text, why: Text, until: Timestamp.optional() }).optional(),
  /** The plan that waits for a human to approve it. */
  plan: z
    .strictObject({
      approvalId: z.string(),
      playbook: z.string(),
      targets: z.array(Target),
      steps: z.array(z.strictObject({ name: z.string(), action: z.string(), params: JsonRecord })),
      requiredApprovals: z.number().int().positive(),
      expiresAt: Timestamp,
    })
    .optional(),
  /** How it ended. */
  ended: z
    .strictObject({ how: ResolutionMethod, at: Timestamp, recoveredAt: Timestamp, afterMs: DurationMs, reason: Text })
    .optional(),
});
export type Situation = z.infer<typeof Situation>;
