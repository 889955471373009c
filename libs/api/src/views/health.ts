import { CheckResultKind, CheckTier, DurationMs, Name, Target, Timestamp } from '@cortex/contracts';
import { z } from 'zod';

/** `unknown`: no result yet, none for too long, or the check could not be made. */
export const CheckState = z.enum(['failing', 'unknown', 'paused', 'passing']);
export type CheckState = z.infer<typeof CheckState>;

const ResultPoint = z.object({ at: Timestamp, durationMs: DurationMs, result: CheckResultKind });

export const CheckView = z.object({
  name: Name,
  /** The name without service and instance, for use where these are shown separately. */
  label: z.string().min(1),
  type: z.string(),
  tier: CheckTier,
  target: Target,
  intervalMs: DurationMs,
  state: CheckState,
  /** Why the check is suppressed now. */
  pausedBy: z.string().optional(),
  /** True when a result is long overdue. */
  late: z.boolean(),
  last: ResultPoint.extend({ detail: z.string(), attempts: z.number().int().positive() }).optional(),
  /** The run of equal results that the last one belongs to; its length is a lower bound. */
  streak: z.object({ count: z.number().int().positive(), since: Timestamp }).optional(),
  /** Of the durations in the history. */
  p50Ms: DurationMs.optional(),
  p95Ms: DurationMs.optional(),
  /** The newest results, oldest first, at most 60. */
  history: z.array(ResultPoint),
});
export type CheckView = z.infer<typeof CheckView>;

const CheckCount = z.number().int().nonnegative();

export const CheckList = z.object({
  checks: z.array(CheckView),
  /** All checks that match the query, of which `checks` may be the first part. */
  total: CheckCount,
  /** All that match service, instance and tier, in any state. */
  counts: z.object({ failing: CheckCount, unknown: CheckCount, paused: CheckCount, passing: CheckCount }),
});
export type CheckList = z.infer<typeof CheckList>;
