import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { Target } from '../model/catalogue.ts';
import { JsonRecord, Name, Text, Timestamp } from '../model/scalars.ts';
import { escapeToken } from '../token.ts';

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
  // One switch, 64 times 5 KB.
  maxBytes: mebibyte,
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
  // One of at most 5 KB a target.
  maxBytes: 32 * mebibyte,
  unreadable: 'replace',
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
  summary: 'Leases on targets, seats of replicas; all vanish with their holder',
  key: 'target.<service>.<instance> | member.<service>.<replica>',
  value: LeaseRecord,
  ttlMs: leaseTtlMs,
  coordination: true,
  // 300 B each: 50,000 at a time.
  maxBytes: 16 * mebibyte,
});

/**
 * An instance that an execution has taken out of service, or may have. It outlives the process that made it: what ends it is
 * that the instance is seen to serve again, or its time.
 */
export const Reservation = z.strictObject({
  instance: Name,
  executionId: z.string().min(1).max(128),
  at: Timestamp,
  /** Set when the execution is over: from then on executors look whether the instance serves. */
  awaitedSince: Timestamp.optional(),
  /** Until then it counts. By then verification has come to its verdict, and humans know of what does not serve. */
  until: Timestamp,
});
export type Reservation = z.infer<typeof Reservation>;

/** One record for all reservations of a service, so that one write decides which of two executions gets the last place. */
export const ServiceReservations = z.strictObject({ reservations: z.array(Reservation).max(10_000) });
export type ServiceReservations = z.infer<typeof ServiceReservations>;

export const reservationBucket = defineBucket({
  name: 'cortex-reservations',
  summary: 'Instances of each service that executions have taken out, until they are seen to serve again',
  key: '<service>',
  value: ServiceReservations,
  coordination: true,
  // 250 B for each instance that is out at once, one record a service.
  maxBytes: 32 * mebibyte,
});

/** A remediation that may begin: it occupies a slot of each limit that it falls under. */
export const StartRecord = z.strictObject({
  executionId: z.string().min(1).max(128),
  service: Name,
  clusters: z.array(Name),
});
export type StartRecord = z.infer<typeof StartRecord>;

/** The limits of `safety.start_rate` are for as long. */
export const startWindowMs = 60_000;

export const startBucket = defineBucket({
  name: 'cortex-starts',
  summary:
    'Remediations begun within the last minute: slots of the limits on that, each gone a minute after it was taken',
  key: 'total.<n> | service.<service>.<n> | cluster.<cluster>.<n>',
  value: StartRecord,
  ttlMs: startWindowMs,
  coordination: true,
  // 0.5 KB a slot, three slots or more a start: 2,000 starts a minute, many times what the limits allow.
  maxBytes: 4 * mebibyte,
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
  // 300 B each, one a replica.
  maxBytes: 4 * mebibyte,
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
  // At most 700 KB a service.
  maxBytes: 16 * mebibyte,
  unreadable: 'replace',
});

export const TimerRecord = z.strictObject({
  owner: z.string().min(1).max(64),
  service: Name,
  incidentId: z.uuid().optional(),
  purpose: z.string().min(1).max(64),
  dueAt: Timestamp,
  payload: JsonRecord,
  /** Revision of the record that wants it. What follows from an older one does not touch it. */
  revision: z.number().int().nonnegative().default(0),
});
export type TimerRecord = z.infer<typeof TimerRecord>;

export const timerBucket = defineBucket({
  name: 'cortex-timers',
  summary: 'What services told their future selves',
  key: '<owner>.<key>',
  value: TimerRecord,
  coordination: true,
  // 0.7 KB each, at most seven an open incident: 10,000 incidents at a time. What was set and is over leaves no marker.
  maxBytes: 64 * mebibyte,
  unreadable: 'replace',
});

/** Spec 7.3. Latched: once open, only a human closes it, and not before the cool-down. */
export const BreakerRecord = z.strictObject({
  playbookId: Name,
  /** Absent in records of earlier versions, which hold for every service. */
  service: Name.optional(),
  state: z.enum(['closed', 'open']),
  /** Newest last; at most the breaker's window. Ineffective successes and UNCERTAIN count as failures. */
  outcomes: z.array(z.strictObject({ executionId: z.string(), effective: z.boolean(), at: Timestamp })).max(100),
  /** Executions that were counted, newest last, `<time>|<execution>`, also those that a reset has dropped: none counts twice. */
  counted: z.array(z.string()).max(1_000).default([]),
  openedAt: Timestamp.optional(),
  reason: Text.optional(),
});
export type BreakerRecord = z.infer<typeof BreakerRecord>;

/** Its key; without a service that of earlier versions. */
export function breakerKey(playbookId: string, service?: string): string {
  return [playbookId, ...(service === undefined ? [] : [service])].map(escapeToken).join('.');
}

export const breakerBucket = defineBucket({
  name: 'cortex-breakers',
  summary: 'The circuit breaker of each playbook on each service',
  key: '<playbook>.<service>',
  value: BreakerRecord,
  coordination: true,
  // At most 100 KB for a playbook and a service: 1,000 of them.
  maxBytes: 128 * mebibyte,
});
