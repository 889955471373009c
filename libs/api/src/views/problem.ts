import { z } from 'zod';

/** An error as defined by RFC 9457 (`application/problem+json`), with Cortex's code, cause and fix. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  cause: z.string(),
  fix: z.string(),
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
