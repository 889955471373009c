import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { upgradeHealthRecord } from '../events/health-upgrades.ts';
import { HealthChange } from '../events/health.ts';
import { RefusedBy, Remediation } from '../events/remediation.ts';
import { Target } from '../model/catalogue.ts';
import { Incident, StepResult, ExecutionOutcome, RollbackOutcome } from '../model/incident.ts';
import { JsonRecord, Name, Text, Timestamp } from '../model/scalars.ts';
import { escalationRequested } from '../events/escalation.ts';
import { HealthState } from '../model/health.ts';

/**
 * An incident with what a crash must not lose: the events applied to it, and the drafts that the last of them led to.
 * The process that loads it next publishes `outbox` again under the same ids, which the stream drops as duplicates.
 */
export const IncidentRecord = z.strictObject({
  incident: Incident,
  /** Ids of the applied events, newest last, bounded. */
  applied: z.array(z.string()).max(256),
  outbox: z
    .strictObject({
      causeId: z.string(),
      // Checked when they are published: to check every value of them here, too, would cost more than the decision.
      /** The envelope of the cause without its data: what derived ids and traces are made from. */
      cause: z.unknown().optional(),
      drafts: z.array(z.unknown()),
      /** Further effects due once the record is written: timers, breaker outcomes. */
      effects: z.array(z.unknown()).optional(),
    })
    .optional(),
  /** Decision's own working memory, opaque to other services. */
  memory: JsonRecord.default({}),
});
export type IncidentRecord = z.infer<typeof IncidentRecord>;

export const incidentBucket = defineBucket({
  name: 'cortex-incidents',
  summary: 'Every incident, whole',
  key: '<incident id>',
  value: IncidentRecord,
  // Those of the last day and the newest of each service, at most 0.6 MB each and 60 KB as a rule; the others are archived.
  maxBytes: 512 * mebibyte,
});

export const openIncidentBucket = defineBucket({
  name: 'cortex-open-incidents',
  summary: 'The newest incident of each service',
  key: '<service>',
  value: z.strictObject({ incidentId: z.uuid() }),
  // 0.2 KB a service.
  maxBytes: 16 * mebibyte,
  unreadable: 'replace',
});

/** Health of one target, as the checker last knew it. */
export const HealthRecord = z.strictObject({
  target: Target,
  state: HealthState,
  since: Timestamp,
  flapping: z.boolean(),
  /** It has been in trouble since Cortex began to watch it. */
  atStart: z.literal(true).optional(),
  change: HealthChange.optional(),
  /** All of its checks, comprehensive ones aside, have answered since then. Absent until they have. */
  seenAt: Timestamp.optional(),
  /** The checker's own state, opaque to other services. */
  memory: JsonRecord.default({}),
});
export type HealthRecord = z.infer<typeof HealthRecord>;

export const healthBucket = defineBucket({
  name: 'cortex-health',
  summary: 'The health state of each target',
  key: '<service>.<instance>',
  value: z.preprocess(upgradeHealthRecord, HealthRecord),
  // 2 to 30 KB a target: 10,000 targets of the usual size.
  maxBytes: 256 * mebibyte,
  unreadable: 'replace',
});

/** What a run of a check has begun and may have to clean up. Contains no secret. */
export const LeftoverRecord = z.strictObject({
  begun: z.array(z.string().max(128)).max(64),
  variables: z.record(z.string().max(128), z.union([z.string().max(4_096), z.number(), z.boolean()])),
  /** Until then the run may still be under way. */
  activeUntil: Timestamp,
});
export type LeftoverRecord = z.infer<typeof LeftoverRecord>;

export const leftoverBucket = defineBucket({
  name: 'cortex-leftovers',
  summary: 'What runs of end_to_end_workflow have begun and not yet cleaned up',
  key: '<check>.<service>.<instance>.<run id>',
  value: LeftoverRecord,
  coordination: true,
  // A run that could not clean up: 5 KB as a rule.
  maxBytes: 64 * mebibyte,
});

/** Detection state of one partition. */
export const detectorBucket = defineBucket({
  name: 'cortex-detector',
  summary: 'Detection state of each telemetry partition, in parts, with the stream sequence that it includes',
  key: '<partition> | <partition>.<owner>.<a or b>.<part>',
  value: z.strictObject({ sequence: z.number().int().nonnegative(), state: JsonRecord, savedAt: Timestamp }),
  // Two snapshots of each partition.
  maxBytes: 1024 * mebibyte,
});

/** INTENT is written before an effect, RESULT or AMBIGUOUS after it. */
export const JournalEntry = z.strictObject({
  phase: z.enum(['remediation', 'rollback']),
  step: z.number().int().positive(),
  target: Target,
  attempt: z.number().int().positive(),
  status: z.enum(['intent', 'result', 'ambiguous']),
  /** The lease revision under which the effect was made. */
  token: z.number().int().nonnegative(),
  intentAt: Timestamp,
  /** What the action observed before it acted: a probe and an undo compare with it. */
  before: JsonRecord.default({}),
  result: StepResult.optional(),
  /** On a failed result: the action calls a further attempt safe. */
  retryable: z.boolean().optional(),
  /** On a failed result: something was changed before it failed, so a rollback undoes it too. */
  partial: z.boolean().optional(),
  /** On an ambiguous entry: a probe found after a crash that it had no effect. */
  provedUndone: z.literal(true).optional(),
  /** On a failed result: the kill switch was thrown while the step ran. */
  stopped: z.boolean().optional(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const ExecutionRecord = z.strictObject({
  remediation: Remediation,
  status: z.enum(['accepted', 'running', 'completed', 'rolling_back', 'rolled_back']),
  acceptedAt: Timestamp,
  startedAt: Timestamp.optional(),
  completedAt: Timestamp.optional(),
  outcome: ExecutionOutcome.optional(),
  reason: Text.optional(),
  refusedBy: RefusedBy.optional(),
  rollback: z
    .strictObject({
      outcome: RollbackOutcome,
      reason: Text,
      completedAt: Timestamp,
      /** Of a stopped one: the request that it answers. A newer request takes it up. */
      requestedAt: Timestamp.optional(),
    })
    .optional(),
  entries: z.array(JournalEntry),
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

export const journalBucket = defineBucket({
  name: 'cortex-journal',
  summary: 'The journal of each execution',
  key: '<execution id>',
  value: ExecutionRecord,
  history: 64,
  coordination: true,
  // Executions of the last day, each in up to 64 revisions of some 10 KB; the others are archived.
  maxBytes: 512 * mebibyte,
});

/**
 * Why a page is sent: `page` tells of the incident, `update` of a higher severity or of something else that people are
 * asked to do, `reminder` that nobody has answered, `resolved` that it is over.
 */
export const PageKind = z.enum(['page', 'update', 'reminder', 'resolved']);
export type PageKind = z.infer<typeof PageKind>;

/**
 * One level of a chain, with its time, as planned when the escalation was requested. Level 0: the playbook's own
 * contacts.
 */
export const EscalationPlanItem = z.strictObject({
  escalationId: z.string(),
  kind: PageKind.default('page'),
  level: z.number().int().nonnegative(),
  /** 0, then 1 and up when the last level is notified again because nobody answered. */
  round: z.number().int().nonnegative(),
  dueAt: Timestamp,
  condition: z.enum(['always', 'not_acknowledged', 'not_resolved']),
  notify: z.array(Name),
  status: z.enum(['waiting', 'told', 'skipped']),
});
export type EscalationPlanItem = z.infer<typeof EscalationPlanItem>;

/** One page to one channel of one contact. */
export const EscalationNotification = z.strictObject({
  /** Stable over every retry: receivers drop repeats by it. */
  key: z.string().default(''),
  escalationId: z.string().default(''),
  kind: PageKind.default('page'),
  /** The fallback contact gets it, since this one could not be told. */
  insteadOf: z.strictObject({ contact: Name, detail: Text }).optional(),
  level: z.number().int().nonnegative(),
  contact: Name,
  channel: z.string(),
  /** Which of the contact's channels, by position. */
  position: z.number().int().nonnegative().default(0),
  condition: z.enum(['always', 'not_acknowledged', 'not_resolved']).default('always'),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.number().int().nonnegative(),
  /** An attempt was begun and its outcome is not known: the page may have arrived. */
  attempting: z.boolean().default(false),
  /** A pending page is sent again from then on; while an attempt runs, this is when it counts as lost. */
  nextTryAt: Timestamp.optional(),
  at: Timestamp,
  detail: Text.default(''),
  /** True once `escalation.notified` was published. */
  reported: z.boolean().default(false),
});
export type EscalationNotification = z.infer<typeof EscalationNotification>;

/** One escalation: the request, the notifications, the acknowledgement. */
export const EscalationRecord = z.strictObject({
  /** The newest request, under the worst severity asked for so far. */
  request: escalationRequested.data,
  policyId: Name,
  status: z.enum(['active', 'acknowledged', 'resolved', 'exhausted']),
  triggeredAt: Timestamp,
  acknowledgedBy: z.string().optional(),
  acknowledgedAt: Timestamp.optional(),
  /** Acknowledgements given before this time do not count: an urgent request came after them. For those of unknown place. */
  acknowledgeFrom: Timestamp.optional(),
  /** The place of that request in its stream. Acknowledgements stand in the same one, whatever the clocks say. */
  acknowledgeAfter: z.number().int().nonnegative().optional(),
  /** When people are reminded next that what is acknowledged is not over. */
  remindAt: Timestamp.optional(),
  endedAt: Timestamp.optional(),
  plan: z.array(EscalationPlanItem).default([]),
  /** Why the first page waits beyond its hold: nothing is wrong at present, or the page of a storm speaks for it. */
  untoldFor: z.enum(['quiet', 'storm']).optional(),
  notifications: z.array(EscalationNotification),
  /** Every request with the event that brought it: the text of its pages and the cause of their effects. */
  requests: z
    .array(
      z.strictObject({
        event: z.strictObject({
          id: z.string(),
          source: z.string(),
          time: Timestamp,
          correlationid: z.string().optional(),
          traceparent: z.string().optional(),
          sequence: z.number().int().nonnegative().optional(),
        }),
        request: escalationRequested.data,
      }),
    )
    .default([]),
  /** What people have been asked to do, each once. */
  asked: z.array(z.string()).default([]),
  applied: z.array(z.string()).max(256),
});
export type EscalationRecord = z.infer<typeof EscalationRecord>;

export const escalationBucket = defineBucket({
  name: 'cortex-escalations',
  summary: 'Every escalation and its notifications',
  key: '<incident id>',
  value: EscalationRecord,
  coordination: true,
  // Those of the last day and of open incidents, 20 KB as a rule; the others are archived.
  maxBytes: 256 * mebibyte,
  unreadable: 'replace',
});
