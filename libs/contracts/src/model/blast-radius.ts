import { z } from 'zod';

/** Spec 7.1, smallest first. */
export const BlastRadiusLevel = z.enum([
  'single_instance',
  'single_service',
  'multiple_services',
  'cluster_wide',
  'multi_region',
]);
export type BlastRadiusLevel = z.infer<typeof BlastRadiusLevel>;

/** Spec 7.2. `riskScore` is 0 to 100. */
export const BlastRadius = z.strictObject({
  level: BlastRadiusLevel,
  instances: z.number().int().nonnegative(),
  services: z.number().int().nonnegative(),
  hosts: z.number().int().nonnegative(),
  clusters: z.number().int().nonnegative(),
  regions: z.number().int().nonnegative(),
  riskScore: z.number().min(0).max(100),
});
export type BlastRadius = z.infer<typeof BlastRadius>;
