import { z } from 'zod';
import { JsonRecord, Text, Timestamp } from './scalars.ts';

/** Spec 8.3. */
export const VerificationState = z.enum(['SUCCESS', 'PARTIAL_SUCCESS', 'FAILED', 'UNCERTAIN']);
export type VerificationState = z.infer<typeof VerificationState>;

/** One piece of evidence. `no_data` is neither pass nor fail. */
export const VerificationFinding = z.strictObject({
  phase: z.enum(['trigger', 'immediate', 'short_term', 'health_checks', 'functional', 'stability', 'baseline']),
  name: z.string().max(512),
  verdict: z.enum(['pass', 'fail', 'no_data']),
  detail: Text,
  evidence: JsonRecord.default({}),
  at: Timestamp,
});
export type VerificationFinding = z.infer<typeof VerificationFinding>;
