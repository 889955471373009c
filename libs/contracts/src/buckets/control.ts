import { z } from 'zod';
import { defineBucket } from '../define-bucket.ts';
import { Target } from '../model/catalogue.ts';
import { JsonRecord, Name, Text, Timestamp } from '../model/scalars.ts';

/** The switch that stops every new effect. A missing or unreadable record means ON. */
export const KillSwitch = z.strictObject({
  on: z.boolean(),
  by: z.string().min(1).max(128),
  reason: Text,
  at: Timestamp,
});
export type KillSwitch = z.infer<typeof KillSwitch>;

export const killSwitchKey = 'kill-switch';

export const controlBucket = defineBucket({
  name: 'cortex-control',
  summary: 'The kill switch',
  key: killSwitchKey,
  value: KillSwitch,
  history: 64,
  coordination: true,
});

/** A person lifted the freeze of a target: what made it flap before counts no more. */
export const Unfreeze = z.strictObject({
  target: Target,
  by: z.string().min(1).max(128),
  reason: Text,
  at: Timestamp,
});
export type Unfreeze = z.infer<typeof Unfreeze>;

export const unfreezeBucket = defineBucket({
  name: 'cortex-unfreezes',
  summary: 'When a person last lifted the freeze of each target',
  key: '<service>.<instance>',
  value: Unfreeze,
  coordination: true,
});

/** The holder of a target's lease. The revision of the record is the fencing token. */
export const LeaseRecord = z.strictObject({
  holder: z.string().min(1).max(256),
  purpose: z.string().max(256),
  at: Timestamp,
});
export type LeaseRecord = z.infer<typeof LeaseRecord>;

/** How long a lease outlives its holder's last renewal. */
export const leaseTtlMs = 10_000;

export const leaseBucket = defineBucket({
  name: 'cortex-leases',
  summary: 'Leases on targets, slots of each service’s budget, seats of replicas; all vanish with their holder',
  key: 'target.<service>.<instance> | slot.<service>.<n> | member.<service>.<replica>',
  value: LeaseRecord,
  ttlMs: leaseTtlMs,
  coordination: true,
});

/** With a look for dead replicas every second, another one takes over within the 5 s of a shallow check. */
export const quickLeaseTtlMs = 4_000;

export const quickLeaseBucket = defineBucket({
  name: 'cortex-quick-leases',
  summary:
    'Membership leases of replicas whose work others must take over soon, while little is lost when that happens in error',
  key: 'member.<service>.<replica>',
  value: LeaseRecord,
  ttlMs: quickLeaseTtlMs,
  coordination: true,
});

/** Which replica of a service owns which shard. One record, so that one write moves any number of shards. */
export const ShardTable = z.strictObject({
  /** Replicas that take part, also those that own nothing. */
  members: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        /** The token of its membership lease. */
        seat: z.number().int().positive(),
        /** How many shards it knows: while a configuration changes, not all replicas know the same number. */
        knows: z.number().int().nonnegative().max(1_024),
      }),
    )
    .max(256),
  shares: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        owner: z.string().min(1).max(256),
        token: z.number().int().positive(),
      }),
    )
    .max(1_024),
  /** The newest token: each claim of a shard gets the next one. */
  tokens: z.number().int().nonnegative(),
});
export type ShardTable = z.infer<typeof ShardTable>;

export const shardBucket = defineBucket({
  name: 'cortex-shares',
  summary: 'Which replica of a service owns which shard of its work',
  key: '<service>',
  value: ShardTable,
  coordination: true,
});

export const TimerRecord = z.strictObject({
  owner: z.string().min(1).max(64),
  service: Name,
  incidentId: z.uuid().optional(),
  purpose: z.string().min(1).max(64),
  dueAt: Timestamp,
  payload: JsonRecord,
});
export type TimerRecord = z.infer<typeof TimerRecord>;

export const timerBucket = defineBucket({
  name: 'cortex-timers',
  summary: 'What services told their future selves',
  key: '<owner>.<key>',
  value: TimerRecord,
  coordination: true,
});

/** Spec 7.3. Latched: once open, only a human closes it, and not before the cool-down. */
export const BreakerRecord = z.strictObject({
  playbookId: Name,
  state: z.enum(['closed', 'open']),
  /** Newest last; at most the breaker's window. Ineffective successes and UNCERTAIN count as failures. */
  outcomes: z.array(z.strictObject({ executionId: z.string(), effective: z.boolean(), at: Timestamp })).max(100),
  /** Executions that were counted, newest last, also those that a reset has dropped: none counts twice. */
  counted: z.array(z.string()).max(1_000).default([]),
  openedAt: Timestamp.optional(),
  reason: Text.optional(),
});
export type BreakerRecord = z.infer<typeof BreakerRecord>;

export const breakerBucket = defineBucket({
  name: 'cortex-breakers',
  summary: 'The circuit breaker of each playbook',
  key: '<playbook>',
  value: BreakerRecord,
  coordination: true,
});
