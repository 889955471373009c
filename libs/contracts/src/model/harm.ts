import { z } from 'zod';
import { harmDefaults } from './defaults.ts';
import { DurationMs, Text } from './scalars.ts';

/**
 * What a deviation means for the users of a service. Spec 5.1.
 *
 * - `none`: rare, and nothing that a user would notice: it informs.
 * - `limit`: beyond a limit that somebody set, or that spec 5.1 names.
 * - `silence`: telemetry is missing: what that means, the health checks know.
 * - `alert`: whoever wrote the alert says so.
 * - `unjudged`: it counts by how rare it is: judged by a version that knew no harm, or by a setting.
 */
export const HarmKind = z.enum(['none', 'limit', 'silence', 'alert', 'unjudged']);
export type HarmKind = z.infer<typeof HarmKind>;

/** The harm of one anomaly, with the reason that people read. */
export const Harm = z.strictObject({ kind: HarmKind, reason: Text });
export type Harm = z.infer<typeof Harm>;

/** A value in a unit; `own` is the unit of the series, whatever that is. */
export const Bound = z.strictObject({
  value: z.number(),
  unit: z.enum(['percent', 'milliseconds', 'bytes', 'own']),
});
export type Bound = z.infer<typeof Bound>;

/**
 * From where on a deviation of the series that `match` names is harm: when all that is given holds for the whole duration. A
 * bound in a unit that the series does not have says nothing of it. `isHarmless`: no value of them is harm.
 */
export const HarmLimit = z.strictObject({
  match: z.strictObject({ metric: z.string().min(1).default('*'), service: z.string().min(1).default('*') }),
  isHarmless: z.boolean().default(false),
  above: Bound.optional(),
  below: Bound.optional(),
  /** More than the normal value times this. */
  timesNormal: z.number().gt(1).optional(),
  /** Less than this share of the normal value. */
  shareOfNormal: z.number().gt(0).lt(1).optional(),
  /** The normal value from which on the shares and multiples of it count. */
  normalAtLeast: z.number().positive().optional(),
  forMs: DurationMs.default(harmDefaults.forMs),
});
export type HarmLimit = z.infer<typeof HarmLimit>;

/** What counts as harm, and who is paged for. */
export const HarmSettings = z.strictObject({
  /** The user's limits: the first that fits a series holds. Those of spec 5.1 come behind. */
  limits: z.array(HarmLimit).default([]),
  /** What becomes of anomalies of services and metrics that nobody named. `page`: they count by how rare they are. */
  unnamed: z.enum(['inform', 'page']).default(harmDefaults.unnamed),
});
export type HarmSettings = z.infer<typeof HarmSettings>;
