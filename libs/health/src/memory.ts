import { CheckOutcome, HealthChange, HealthState, Target, Timestamp, upgradeOutcome } from '@cortex/contracts';
import type { CheckTier, HealthRecord } from '@cortex/contracts';
import { z } from 'zod';

const Count = z.number().int().nonnegative();

/** What is remembered of one check. A streak is a run of results that all say the same. */
export const CheckMemory = z.strictObject({
  /** `unknown` until it has reported, and again after it could not be made several times in a row. */
  status: z.enum(['unknown', 'passing', 'failing']),
  passes: Count,
  failures: Count,
  errors: Count,
  /** First result of the present streak. */
  streakSince: Timestamp,
  lastAt: Timestamp,
  /** Failed so many rounds in a row that it no longer counts as a blip; until it passes again. */
  persistent: z.boolean(),
  /** Records of earlier releases say `passed` in it. */
  lastFailure: z.preprocess(upgradeOutcome, CheckOutcome.omit({ evidence: true })).optional(),
});
export type CheckMemory = z.infer<typeof CheckMemory>;

export const HealthMemory = z.strictObject({
  checks: z.record(z.string(), CheckMemory),
  /** When the state changed of late, epoch milliseconds, oldest first. */
  recentChanges: z.array(z.number().int()),
  /** Changes ever announced: makes each one's id its own. */
  changeCount: Count,
});
export type HealthMemory = z.infer<typeof HealthMemory>;

/** The health of one target: plain JSON, so that it can be stored and continued. */
export const TargetHealth = z.strictObject({
  target: Target,
  state: HealthState,
  since: Timestamp,
  flapping: z.boolean(),
  change: HealthChange.optional(),
  memory: HealthMemory,
});
export type TargetHealth = z.infer<typeof TargetHealth>;

/** A check that a target has, as far as its health is concerned. */
export interface ExpectedCheck {
  readonly name: string;
  readonly tier: CheckTier;
}

/** A target about which nothing is known yet. */
export function unknownHealth(target: Target, now: string): TargetHealth {
  return {
    target,
    state: 'UNKNOWN',
    since: now,
    flapping: false,
    memory: { checks: {}, recentChanges: [], changeCount: 0 },
  };
}

/** Continues from a stored record. A memory of another shape is forgotten, the state that was announced is kept. */
export function resumeHealth(record: HealthRecord): TargetHealth {
  const parsed = TargetHealth.safeParse(record);
  if (parsed.success) return parsed.data;
  return { ...record, memory: { checks: {}, recentChanges: [], changeCount: Date.parse(record.since) } };
}
