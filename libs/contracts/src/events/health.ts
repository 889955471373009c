import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Target } from '../model/catalogue.ts';
import { CheckResultKind, CheckTier, HealthState } from '../model/health.ts';
import { DurationMs, JsonRecord, Name, Text, Timestamp } from '../model/scalars.ts';
import { upgradeHealthChange, upgradeOutcome } from './health-upgrades.ts';

export const CheckOutcome = z.strictObject({
  check: Name,
  type: z.string(),
  tier: CheckTier,
  target: Target,
  result: CheckResultKind,
  /** Tries that this result took, retries included. */
  attempts: z.number().int().positive(),
  durationMs: DurationMs,
  detail: Text,
  evidence: JsonRecord.default({}),
  observedAt: Timestamp,
});
export type CheckOutcome = z.infer<typeof CheckOutcome>;

export const healthChecked = defineEvent({
  type: 'health.checked',
  version: 2,
  upgrades: { 1: upgradeOutcome },
  stream: 'SIGNALS',
  summary: 'One check ran on one target',
  producers: ['health-checker'],
  consumers: [],
  data: CheckOutcome,
});

export const HealthChange = z.strictObject({
  target: Target,
  from: HealthState,
  to: HealthState,
  /** When the present state began, by the first result that led to it; where it is only said that it goes on, the newest result. */
  since: Timestamp,
  failing: z.array(CheckOutcome.omit({ evidence: true })),
  /** True while the target changes too often to be acted on. */
  flapping: z.boolean(),
  /**
   * While the target is in trouble: services that it depends on and that are down, the nearest first. They are
   * remediated first.
   */
  dependenciesDown: z.array(Name).max(100).default([]),
  /**
   * While the target is in trouble: its shallow and deep checks that have not answered since that began. They run at once;
   * another change tells when they have.
   */
  pending: z.array(Name).max(1_000).optional(),
  /** Grows with each change of the target: of two changes, the later one has more. Absent in changes of earlier versions. */
  sequence: z.number().int().nonnegative().optional(),
  /** Nothing is new but that the trouble goes on. */
  goesOn: z.literal(true).optional(),
  /** It has been in trouble since Cortex began to watch it: what was so from the beginning is no change. */
  atStart: z.literal(true).optional(),
  reason: Text,
});
export type HealthChange = z.infer<typeof HealthChange>;

export const healthChanged = defineEvent({
  type: 'health.changed',
  version: 2,
  upgrades: { 1: upgradeHealthChange },
  stream: 'SIGNALS',
  summary:
    'The health state of a target changed, after retries and hysteresis; of a channel, that it cannot send pages',
  producers: ['health-checker', 'decision', 'escalator'],
  consumers: ['decision'],
  data: HealthChange,
});
