import { z } from 'zod';

/** Spec 2.4. UNKNOWN until the first result: never treated as healthy. */
export const HealthState = z.enum(['UNKNOWN', 'HEALTHY', 'DEGRADED', 'UNHEALTHY', 'CRITICAL']);
export type HealthState = z.infer<typeof HealthState>;

export const CheckTier = z.enum(['shallow', 'deep', 'comprehensive']);
export type CheckTier = z.infer<typeof CheckTier>;
