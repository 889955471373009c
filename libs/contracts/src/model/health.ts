import { z } from 'zod';

/** Spec 2.4. UNKNOWN until the first result: never treated as healthy. */
export const HealthState = z.enum(['UNKNOWN', 'HEALTHY', 'DEGRADED', 'UNHEALTHY', 'CRITICAL']);
export type HealthState = z.infer<typeof HealthState>;

export const CheckTier = z.enum(['shallow', 'deep', 'comprehensive']);
export type CheckTier = z.infer<typeof CheckTier>;

/**
 * How a check ended. `fail` and `timeout` are about the target. `error` means that the check itself could not be made,
 * so it proves nothing about the target, neither good nor bad.
 */
export const CheckResultKind = z.enum(['pass', 'fail', 'timeout', 'error']);
export type CheckResultKind = z.infer<typeof CheckResultKind>;

/** The target has failed: it answered wrongly, or not in time. */
export function isFailure(result: CheckResultKind): boolean {
  return result === 'fail' || result === 'timeout';
}
