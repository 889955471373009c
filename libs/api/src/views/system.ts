import {
  BreakerRecord,
  ExecutionRecord,
  HealthChange,
  HealthState,
  IncidentSeverity,
  KillSwitch,
  Playbook,
  PlaybookPerformance,
  Silence,
  Target,
  Timestamp,
  Waiting,
} from '@cortex/contracts';
import { z } from 'zod';

export const KillSwitchView = KillSwitch.extend({
  /** False when the record is missing or unreadable: then every service treats the switch as ON. */
  readable: z.boolean(),
});
export type KillSwitchView = z.infer<typeof KillSwitchView>;

export const TargetView = z.object({
  target: Target,
  kind: z.string().optional(),
  critical: z.boolean(),
  remediate: z.boolean(),
  state: HealthState,
  since: Timestamp.optional(),
  flapping: z.boolean(),
  reason: z.string(),
  /** Since then nobody has looked at it, far longer than its checks take: the state is the last that was known. */
  unseenSince: Timestamp.optional(),
  /** Services that the target depends on and that are down, the nearest first. */
  dependenciesDown: HealthChange.shape.dependenciesDown,
  failing: HealthChange.shape.failing,
});
export type TargetView = z.infer<typeof TargetView>;

export const TargetList = z.object({ targets: z.array(TargetView) });
export type TargetList = z.infer<typeof TargetList>;

export const BreakerOfPlaybook = BreakerRecord.omit({ counted: true }).extend({
  /** When an open breaker may be reset by a human. */
  resettableAt: Timestamp.optional(),
});
export type BreakerOfPlaybook = z.infer<typeof BreakerOfPlaybook>;

export const PlaybookView = z.object({
  playbook: Playbook,
  performance: PlaybookPerformance.omit({ counted: true }).optional(),
  /** One for each service on which it was used; without a service for all of them. */
  breakers: z.array(BreakerOfPlaybook),
});
export type PlaybookView = z.infer<typeof PlaybookView>;

export const PlaybookList = z.object({ playbooks: z.array(PlaybookView) });
export type PlaybookList = z.infer<typeof PlaybookList>;

/** Those that were closed. */
export const BreakersView = z.object({ breakers: z.array(BreakerRecord) });
export type BreakersView = z.infer<typeof BreakersView>;

export const ExecutionItem = z.object({
  executionId: z.string(),
  incidentId: z.uuid(),
  playbookId: z.string(),
  targets: z.array(Target),
  status: ExecutionRecord.shape.status,
  outcome: ExecutionRecord.shape.outcome,
  reason: ExecutionRecord.shape.reason,
  acceptedAt: Timestamp,
  completedAt: Timestamp.optional(),
  dryRun: z.boolean(),
});
export type ExecutionItem = z.infer<typeof ExecutionItem>;

export const ExecutionList = z.object({ executions: z.array(ExecutionItem) });
export type ExecutionList = z.infer<typeof ExecutionList>;

export const ExecutionView = z.object({ execution: ExecutionRecord });
export type ExecutionView = z.infer<typeof ExecutionView>;

const Counts = z.object({
  open: z.number().int().nonnegative(),
  remediating: z.number().int().nonnegative(),
  escalated: z.number().int().nonnegative(),
  awaitingApproval: z.number().int().nonnegative(),
  resolved: z.number().int().nonnegative(),
});

export const Status = z.object({
  version: z.string(),
  environment: z.string(),
  now: Timestamp,
  nats: z.object({ connected: z.boolean() }),
  killSwitch: KillSwitchView,
  dryRun: z.boolean(),
  /** Services of Cortex whose events were seen since this console started. */
  services: z.array(z.object({ name: z.string(), lastSeenAt: Timestamp, events: z.number().int().positive() })),
  counts: Counts,
  /** What waits for what, the longest first: an empty list says that nothing does. */
  waiting: z.array(z.object({ incidentId: z.uuid(), service: z.string(), waiting: Waiting })),
  /** Open incidents that people have taken. */
  taken: z.array(z.object({ incidentId: z.uuid(), service: z.string(), by: z.string() })),
  /** Those that hold now, the first to end first. */
  silences: z.array(Silence),
  targets: z.object({ total: z.number().int().nonnegative(), byState: z.record(z.string(), z.number().int()) }),
});
export type Status = z.infer<typeof Status>;

/** The mean of what each target counts, from 0 to 1, in per cent; and what lowers it, the worst first. */
export const HealthScore = z.object({
  value: z.number().min(0).max(100),
  /** How many targets count: those that have reported, or have an open incident. */
  targets: z.number().int().positive(),
  /** The first of those that count less than 1. */
  lowered: z.array(z.object({ name: z.string(), share: z.number().min(0).max(1), because: z.string() })),
  loweredTotal: z.number().int().nonnegative(),
});
export type HealthScore = z.infer<typeof HealthScore>;

/** The real-time part of spec 10.2. */
export const Overview = z.object({
  counts: Counts,
  /** Absent while no target has reported. */
  health: HealthScore.optional(),
  /** One point a minute over the last hour, oldest first. */
  activity: z.array(
    z.object({
      at: Timestamp,
      open: z.number().int().nonnegative(),
      remediating: z.number().int().nonnegative(),
      escalated: z.number().int().nonnegative(),
    }),
  ),
  heatMap: z.array(
    z.object({
      service: z.string(),
      critical: z.boolean(),
      state: HealthState,
      openIncidents: z.number().int().nonnegative(),
      incidents24h: z.number().int().nonnegative(),
      worstSeverity: IncidentSeverity.optional(),
    }),
  ),
  recentRemediations: z.array(
    z.object({
      at: Timestamp,
      incidentId: z.uuid(),
      service: z.string(),
      issue: z.string(),
      playbookId: z.string(),
      status: z.string(),
    }),
  ),
});
export type Overview = z.infer<typeof Overview>;

export const UnfreezeView = z.object({
  /** The targets that were frozen, and are no more. */
  targets: z.array(Target),
  detail: z.string(),
});
export type UnfreezeView = z.infer<typeof UnfreezeView>;
