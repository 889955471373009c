import { z } from 'zod';
import { Duration } from '../../params.ts';

/** Spec 4.1. */
export const RestartParams = z.strictObject({
  /** Default: the target. A name other than the target's is refused: only the target that was decided on is restarted. */
  service_name: z
    .string()
    // Only ever compared with the target's names, never handed to a program.
    .regex(/^[^\s\p{Cc}-][^\p{Cc}]{0,127}$/u, 'must be a name')
    .optional(),
  /** Wait until the new process has stayed up for a moment. Verification proves that it serves. */
  wait_for_healthy: z.boolean().default(true),
  timeout: Duration.default(300_000),
  /** Between SIGTERM, with which a stopped process is continued, and SIGKILL. */
  grace_period: Duration.default(10_000),
});
export type RestartParams = z.output<typeof RestartParams>;
