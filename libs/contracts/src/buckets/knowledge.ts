import { z } from 'zod';
import { defineBucket, mebibyte } from '../define-bucket.ts';
import { BlastRadiusLevel } from '../model/blast-radius.ts';
import { ResolutionMethod } from '../model/incident.ts';
import { DurationMs, Name, Text, Timestamp } from '../model/scalars.ts';
import { IncidentSeverity } from '../model/severity.ts';

const day = 24 * 60 * 60_000;

/** The incident data model of spec 9.1, every field. Field names are the specification's. */
export const IncidentHistoryRecord = z.strictObject({
  incident_id: z.uuid(),
  timestamp: Timestamp,
  detection: z.strictObject({
    method: z.enum(['anomaly_detection', 'health_check', 'alert', 'manual']),
    detection_time: Timestamp,
    time_to_detect: DurationMs,
    initial_severity: IncidentSeverity,
  }),
  classification: z.strictObject({
    category: z.string(),
    root_cause: z.string(),
    affected_components: z.array(z.string()),
    blast_radius: BlastRadiusLevel,
  }),
  /** Null when nothing was tried. */
  remediation: z
    .strictObject({
      playbook_id: z.string(),
      playbook_version: z.string(),
      execution_time: DurationMs,
      steps_executed: z.array(z.string()),
      outcome: z.enum(['success', 'partial_success', 'failed']),
    })
    .nullable(),
  impact: z.strictObject({
    users_affected: z.number().nullable(),
    duration: DurationMs,
    revenue_impact: z.number().nullable(),
    services_affected: z.array(z.string()),
  }),
  resolution: z.strictObject({
    resolution_method: z.union([z.enum(['auto_remediation', 'manual', 'rollback']), ResolutionMethod]),
    time_to_resolution: DurationMs,
    verification_passed: z.boolean(),
  }),
  metadata: z.strictObject({
    environment: z.string(),
    on_call_engineer: z.string().nullable(),
    escalated: z.boolean(),
    post_mortem_created: z.boolean(),
  }),
});
export type IncidentHistoryRecord = z.infer<typeof IncidentHistoryRecord>;

export const incidentHistoryBucket = defineBucket({
  name: 'cortex-incident-history',
  summary: 'Incident records as in spec 9.1',
  key: '<incident id>',
  value: IncidentHistoryRecord,
  // 1.5 KB an incident: a year at 1,000 a day and the month before.
  ttlMs: 400 * day,
  maxBytes: 1024 * mebibyte,
  whenFull: 'drop_oldest',
  unreadable: 'replace',
});

export const StepPerformance = z.strictObject({
  name: z.string(),
  executions: z.number().int().nonnegative(),
  successes: z.number().int().nonnegative(),
  totalDurationMs: DurationMs,
  maxDurationMs: DurationMs,
  /** Exponentially weighted, newest counts most: against the mean it shows a step growing slow. */
  recentDurationMs: z.number().nonnegative().default(0),
});
export type StepPerformance = z.infer<typeof StepPerformance>;

/** Spec 9.3 `playbook_performance`. Rates are 0 to 1. */
export const PlaybookPerformance = z.strictObject({
  playbookId: Name,
  totalExecutions: z.number().int().nonnegative(),
  /** Executions that verification confirmed, over those that ended. */
  successRate: z.number().min(0).max(1),
  avgExecutionTimeMs: DurationMs,
  falsePositiveRate: z.number().min(0).max(1),
  effective: z.number().int().nonnegative(),
  ineffective: z.number().int().nonnegative(),
  uncertain: z.number().int().nonnegative(),
  falsePositives: z.number().int().nonnegative(),
  /** Requests that a pre-condition refused before any effect: false positives that are not executions. */
  preconditionRefusals: z.number().int().nonnegative().default(0),
  totalExecutionTimeMs: DurationMs,
  stepPerformance: z.record(z.string(), StepPerformance),
  failureModes: z
    .array(z.strictObject({ mode: Text, count: z.number().int().positive(), lastSeen: Timestamp }))
    .max(50),
  optimizationHistory: z.array(z.strictObject({ at: Timestamp, change: Text })).max(100),
  lastExecutedAt: Timestamp.optional(),
  /** Outcomes already counted, oldest first, `<time>|<execution>|<part>`: a redelivered outcome counts once. */
  counted: z.array(z.string()).max(256),
});
export type PlaybookPerformance = z.infer<typeof PlaybookPerformance>;

export const playbookPerformanceBucket = defineBucket({
  name: 'cortex-playbook-performance',
  summary: 'What is known of each playbook. Spec 9.3',
  key: '<playbook>',
  value: PlaybookPerformance,
  // At most 60 KB a playbook.
  maxBytes: 64 * mebibyte,
  unreadable: 'replace',
});

/** A signed statement of how long the audit chain was, kept apart from it. */
export const AuditCheckpoint = z.strictObject({
  entries: z.number().int().nonnegative(),
  hash: z.string().length(64),
  at: Timestamp,
  keyId: z.string(),
  signature: z.string(),
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;

export const auditCheckpointBucket = defineBucket({
  name: 'cortex-audit-checkpoints',
  summary: 'Signed checkpoints of the audit chain, and the public keys that verify them',
  key: 'checkpoint.<entries> | key.<key id>',
  value: z.union([AuditCheckpoint, z.strictObject({ keyId: z.string(), publicKey: z.string(), at: Timestamp })]),
  // 0.5 KB each, thinned out to one a block of records.
  maxBytes: 64 * mebibyte,
});
