import { Text } from '@cortex/contracts';
import { z } from 'zod';

/** Who asks. Kept in the record, so it may not be empty. */
export const By = z.string().trim().min(1, 'say who you are').max(128);
export const Comment = Text.default('');

export const ByForm = z.strictObject({ by: By, comment: Comment });
export const ClosingForm = z.strictObject({ by: By, comment: z.string().trim().min(1, 'say why').max(4_000) });
export const Limit = z.coerce.number().int().min(1).max(1_000);
export const IdParams = z.strictObject({ id: z.string().min(1).max(128) });
