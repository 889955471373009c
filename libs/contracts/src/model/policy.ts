import { z } from 'zod';
import { Target } from './catalogue.ts';
import { safetyDefaults, windowDefaults } from './defaults.ts';
import { DurationMs, Name, Text } from './scalars.ts';
import { IncidentSeverity } from './severity.ts';

/** A recurring span of local time. `days`: 1 is Monday. `from` inclusive, `to` exclusive, `HH:MM`; `to` before `from` crosses midnight. */
export const TimeWindow = z.strictObject({
  name: Name,
  days: z.array(z.number().int().min(1).max(7)).min(1),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  timezone: z.string().default(windowDefaults.timezone),
});
export type TimeWindow = z.infer<typeof TimeWindow>;

/**
 * The allowed destinations of outgoing requests, apart from link-local, metadata, multicast and reserved addresses:
 * those are always refused.
 */
export const OutboundPolicy = z.strictObject({
  /** Loopback, private and carrier-grade NAT ranges. */
  privateAddresses: z.enum(['allow', 'forbid']),
  /** Ranges that stay allowed when private addresses are forbidden. */
  allowedRanges: z.array(z.union([z.cidrv4(), z.cidrv6()])).max(256),
});
export type OutboundPolicy = z.infer<typeof OutboundPolicy>;

/** `pausesChecksOf`: services whose checks are suppressed inside it, because of planned work. */
export const MaintenanceWindow = TimeWindow.extend({ pausesChecksOf: z.array(Name) });
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

/** Limits on harm. Spec 5.1, 7 and reference INV-1 to INV-14. */
export const SafetyPolicy = z.strictObject({
  /** Above this share of unhealthy services Cortex's own view is suspect: no new remediation. */
  stormRatio: z.number().gt(0).max(1),
  /** A storm needs at least this many unhealthy services. */
  stormMinServices: z.number().int().positive(),
  stormCooldownMs: DurationMs,
  /** So many services in trouble at once are one page, not many. */
  stormOnePageFrom: z.number().int().min(2).default(safetyDefaults.stormOnePageFrom),
  /** Remediations that may begin within a minute: on one service, in one cluster, and in all. */
  startRate: z
    .strictObject({
      perService: z.number().int().positive(),
      perCluster: z.number().int().positive(),
      total: z.number().int().positive(),
    })
    .default(safetyDefaults.startRate),
  /** No remediation starts inside these. */
  freezeWindows: z.array(TimeWindow),
  /** Playbooks marked `maintenanceWindowOnly` start only inside these. */
  maintenanceWindows: z.array(MaintenanceWindow),
  approvalTtlMs: DurationMs,
  /** A requested remediation that has not begun by then is void. */
  planTtlMs: DurationMs,
  /** A clock that is off by more is told. Limits are decided by the server's time all the same. */
  maxClockSkewMs: DurationMs.default(safetyDefaults.maxClockSkewMs),
  /** How long a held decision waits before it is asked again. */
  holdRetryMs: DurationMs,
  /** How long an incident may be held or refused before humans are told, by its severity. Spec 5.1. */
  tellWaitingMs: z.record(IncidentSeverity, DurationMs),
  /** How long in all an incident waits for a dependency that is healed first. */
  dependencyWaitMs: DurationMs,
  /** Remediations of one incident before humans are called. Spec 5.4. */
  maxAttempts: z.number().int().positive(),
  /** What was last said to be wrong longer ago than this is decided on only when its source says it again. */
  signalMaxAgeMs: DurationMs,
  /** How long PARTIAL_SUCCESS and UNCERTAIN are watched before the next move. */
  monitoringMs: DurationMs,
  /** All signals of an incident clear for so long: it ends by itself, escalated or not; trouble after that is a new incident. */
  settlingMs: DurationMs,
  /** What a human closed stays closed for so long while it goes on unchanged; then it is met again. */
  closedRestsMs: DurationMs,
  breaker: z.strictObject({
    window: z.number().int().positive(),
    failureRatio: z.number().gt(0).max(1),
    consecutiveFailures: z.number().int().positive(),
    cooldownMs: DurationMs,
  }),
  /** Targets that Cortex never acts on: its own control plane. */
  protectedTargets: z.array(Target),
  outbound: OutboundPolicy,
  /** True: every playbook runs as a dry run; nothing is changed anywhere. */
  dryRun: z.boolean(),
});
export type SafetyPolicy = z.infer<typeof SafetyPolicy>;

/** A destination of messages. `type` names a channel plugin, `params` are its own. */
export const Contact = z.strictObject({
  name: Name,
  channels: z
    .array(z.strictObject({ type: z.string().min(1), params: z.record(z.string(), z.json()).default({}) }))
    .min(1),
});
export type Contact = z.infer<typeof Contact>;

/** Spec 5.3. Delays are absolute, from the trigger. */
export const EscalationLevel = z.strictObject({
  level: z.number().int().positive(),
  delayMs: DurationMs,
  condition: z.enum(['always', 'not_acknowledged', 'not_resolved']),
  notify: z.array(Name).min(1),
});
export type EscalationLevel = z.infer<typeof EscalationLevel>;

export const EscalationPolicy = z.strictObject({
  id: Name,
  name: Text,
  /** Services or service kinds; empty means all without a policy of their own. */
  appliesTo: z.array(Name),
  severities: z.array(IncidentSeverity),
  chain: z.array(EscalationLevel).min(1),
});
export type EscalationPolicy = z.infer<typeof EscalationPolicy>;

/** When a page goes out, and how often. */
export const Paging = z.strictObject({
  /** From the opening of an incident to its first page, by its severity: what is over by then pages nobody. */
  holdMs: z.record(IncidentSeverity, DurationMs),
  reminder: z.strictObject({
    /** SEV0 and SEV1 that nobody acknowledges: the wait before the first repeat, which doubles up to `everyMs`. Absent: that. */
    firstMs: DurationMs.optional(),
    everyMs: DurationMs,
    /** How often what is acknowledged and not over is brought to mind. Absent: never. */
    acknowledgedMs: DurationMs.optional(),
    /** For SEV2, and for what is acknowledged. SEV0 and SEV1 are repeated until somebody acknowledges. */
    times: z.number().int().nonnegative(),
  }),
  /** The contact that is told what cannot be delivered to another. */
  fallback: Name.optional(),
});
export type Paging = z.infer<typeof Paging>;
