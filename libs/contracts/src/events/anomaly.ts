import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { AnomalyDirection, AnomalyKind } from '../model/anomaly-terms.ts';
import { Harm } from '../model/harm.ts';
import { Name, Text, Timestamp } from '../model/scalars.ts';
import { AnomalySeverity } from '../model/severity.ts';
import { SeriesLabels } from '../model/telemetry.ts';
import { upgradeAnomaly } from './anomaly-upgrades.ts';

const Score = z.number().min(0).max(1);

/** How an anomaly ended. Only `back_to_normal` says that what was wrong is over. */
export const AnomalyEnd = z.enum(['back_to_normal', 'level_accepted', 'series_ended']);
export type AnomalyEnd = z.infer<typeof AnomalyEnd>;

/** One open deviation of one series. Detected once, updated and repeated while it lasts, cleared once. */
export const Anomaly = z.strictObject({
  anomalyId: z.string().min(1).max(128),
  kind: AnomalyKind,
  service: Name,
  instance: Name.optional(),
  metric: z.string().min(1).max(256),
  labels: SeriesLabels.default({}),
  value: z.number(),
  expected: z.number().optional(),
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** Composite score and its parts, each in [0,1]; a part without data is absent. Spec 1.4. */
  score: Score,
  /** How rare it is. What it means for users is its harm. */
  severity: AnomalySeverity,
  harm: Harm,
  components: z.strictObject({
    statistical: Score.optional(),
    ml: Score.optional(),
    pattern: Score.optional(),
    correlation: Score.optional(),
  }),
  algorithms: z.array(z.strictObject({ name: z.string(), score: Score, anomalous: z.boolean() })),
  direction: AnomalyDirection,
  /** Playbooks whose trigger condition has held on this series for its whole duration. */
  triggers: z.array(z.string()).default([]),
  startedAt: Timestamp,
  /** When it was last seen to be so. */
  observedAt: Timestamp,
  /** Nothing is new but that it goes on: open anomalies are repeated, so that silence means something. */
  goesOn: z.literal(true).optional(),
  /** The sentence that a human reads. */
  explanation: Text,
});
export type Anomaly = z.infer<typeof Anomaly>;

export const anomalyDetected = defineEvent({
  type: 'anomaly.detected',
  version: 2,
  upgrades: { 1: upgradeAnomaly },
  stream: 'SIGNALS',
  summary: 'A series left its normal range, or a playbook trigger held for its duration',
  producers: ['detector', 'collector'],
  consumers: ['detector', 'decision'],
  data: Anomaly,
});

export const anomalyUpdated = defineEvent({
  type: 'anomaly.updated',
  version: 2,
  upgrades: { 1: upgradeAnomaly },
  stream: 'SIGNALS',
  summary: 'An open anomaly changed severity, became harmful or harmless, met another trigger, or goes on',
  producers: ['detector', 'collector'],
  consumers: ['detector', 'decision'],
  data: Anomaly,
});

export const anomalyCleared = defineEvent({
  type: 'anomaly.cleared',
  version: 1,
  stream: 'SIGNALS',
  summary: 'An open anomaly is back to normal, or its series ended',
  producers: ['detector', 'collector'],
  consumers: ['detector', 'decision'],
  data: z.strictObject({
    anomalyId: z.string().min(1).max(128),
    service: Name,
    instance: Name.optional(),
    metric: z.string().min(1).max(256),
    labels: SeriesLabels.default({}),
    value: z.number().optional(),
    startedAt: Timestamp,
    clearedAt: Timestamp,
    /** Absent in events of earlier versions, and of alerts: they are over when their sender says so. */
    end: AnomalyEnd.optional(),
    reason: Text,
  }),
});
