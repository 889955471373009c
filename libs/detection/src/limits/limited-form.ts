import { z } from 'zod';
import { pack8, unpack8 } from '../packed.ts';
import type { LimitedServices } from './series-limits.ts';

export const SavedLimits = z.array(
  z.strictObject({
    name: z.string(),
    limit: z.number(),
    sinceMs: z.number(),
    lastMs: z.number(),
    saidMs: z.number().optional(),
    refused: z.string(),
  }),
);

/** The exceeded limits as JSON. */
export function saveLimits(limited: LimitedServices): z.output<typeof SavedLimits> {
  return [...limited].map(([name, { saidMs, refused, ...rest }]) => ({
    name,
    ...rest,
    ...(saidMs === undefined ? {} : { saidMs }),
    refused: pack8(refused),
  }));
}

/** Undoes {@link saveLimits}. */
export function restoreLimits(saved: z.output<typeof SavedLimits>): LimitedServices {
  return new Map(
    saved.map(({ name, saidMs, refused, ...rest }) => [name, { ...rest, saidMs, refused: unpack8(refused) }]),
  );
}
