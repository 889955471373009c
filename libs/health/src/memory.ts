import { CheckOutcome, HealthChange, HealthState, Target, Timestamp, upgradeOutcome } from '@cortex/contracts';
import type { CheckTier, HealthRecord } from '@cortex/contracts';
import { z } from 'zod';

const Count = z.number().int().nonnegative();

/** The remembered state of one check. A streak is a run of results that all mean the same. */
export const CheckMemory = z.strictObject({
  /** `unknown` before the first result, and again after several rounds in a row in which the check could not be made. */
  status: z.enum(['unknown', 'passing', 'failing']),
  passes: Count,
  failures: Count,
  errors: Count,
  /** Time of the first result of the present streak. */
  streakSince: Timestamp,
  lastAt: Timestamp,
  /** True from enough failed rounds in a row (no blip any more) until the check passes again. */
  persistent: z.boolean(),
  /** Records of earlier releases say `passed` in it. */
  lastFailure: z.preprocess(upgradeOutcome, CheckOutcome.omit({ evidence: true })).optional(),
});
export type CheckMemory = z.infer<typeof CheckMemory>;

export const HealthMemory = z.strictObject({
  checks: z.record(z.string(), CheckMemory),
  /** Times of recent returns of trouble, epoch milliseconds, oldest first. */
  recentReturns: z.array(z.number().int()),
  /** Its last change was for the better: the next one for the worse is a return. */
  hasRecovered: z.boolean(),
  /** All its checks have passed since Cortex began to watch it. */
  hasBeenWell: z.boolean(),
  /** When its state was last announced, epoch milliseconds, and how often it has been said since that it goes on. */
  toldAt: z.number().int(),
  reminders: Count,
  /** Since when it flaps, epoch milliseconds. */
  frozenAt: z.number().int().optional(),
  /** Number of changes announced so far: makes the id of each one unique. */
  changeCount: Count,
  /** While the target is in trouble: since when, whatever state it was in meanwhile. */
  troubleSince: Timestamp.optional(),
});
export type HealthMemory = z.infer<typeof HealthMemory>;

/** The health of one target: plain JSON, so that it can be stored and continued. */
export const TargetHealth = z.strictObject({
  target: Target,
  state: HealthState,
  since: Timestamp,
  flapping: z.boolean(),
  atStart: z.literal(true).optional(),
  change: HealthChange.optional(),
  /** See `HealthRecord`. */
  seenAt: Timestamp.optional(),
  memory: HealthMemory,
});
export type TargetHealth = z.infer<typeof TargetHealth>;

/** What health needs to know of a check of the target. */
export interface ExpectedCheck {
  readonly name: string;
  readonly tier: CheckTier;
}

const blankMemory = {
  checks: {},
  recentReturns: [],
  hasRecovered: false,
  hasBeenWell: false,
  toldAt: 0,
  reminders: 0,
};

/** A target of which nothing is known yet. */
export function unknownHealth(target: Target, now: string): TargetHealth {
  return {
    target,
    state: 'UNKNOWN',
    since: now,
    flapping: false,
    memory: { ...blankMemory, changeCount: 0 },
  };
}

/** Continues from a stored record. A memory of another shape is dropped; the announced state is kept. */
export function resumeHealth(record: HealthRecord): TargetHealth {
  const parsed = TargetHealth.safeParse(record);
  if (parsed.success) return parsed.data;
  return { ...record, flapping: false, memory: { ...blankMemory, changeCount: Date.parse(record.since) } };
}

/** For a target that nobody watched for a while: in what state it is now is no change of what was known. */
export function forgetWellbeing(health: TargetHealth): TargetHealth {
  return { ...health, memory: { ...health.memory, hasBeenWell: false } };
}
