import { z } from 'zod';

/** One statement that reads. The transaction is read-only as well; this keeps out COPY … TO PROGRAM and the like. */
export const ReadStatement = z
  .string()
  .max(10_000)
  .transform((text) => text.trim().replace(/;$/, '').trim())
  .refine((text) => /^(select|show|with|values|table)\b/i.test(text), 'must be one statement that reads (SELECT, …)');
