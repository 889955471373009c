/**
 * One JetStream stream. All keep facts under limits retention, so that they can be replayed by any number of readers;
 * see docs/adr/0002.
 */
export interface StreamDefinition {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly summary: string;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const mebibyte = 1024 * 1024;

/** How long the server remembers a message id: a publisher may retry for this long without a duplicate. */
export const duplicateWindowMs = 2 * minute;

/** The largest event that Cortex accepts, in bytes; larger ones go to the dead letters. */
export const maxEventBytes = 1 * mebibyte;

/** The largest message that the server must carry, so that even an oversized event can be kept as a dead letter. */
export const maxPayloadBytes = 8 * mebibyte;

export const streams = {
  TELEMETRY: {
    name: 'TELEMETRY',
    subjects: ['cortex.telemetry.>'],
    summary: 'Columnar batches of samples, by partition',
    maxAgeMs: 60 * minute,
    maxBytes: 1024 * mebibyte,
  },
  SIGNALS: {
    name: 'SIGNALS',
    subjects: ['cortex.health.>', 'cortex.anomaly.>', 'cortex.detection.>'],
    summary: 'What looks wrong: check results, health changes, anomalies, limits of the detection',
    maxAgeMs: 7 * day,
    maxBytes: 2048 * mebibyte,
  },
  INCIDENTS: {
    name: 'INCIDENTS',
    subjects: [
      'cortex.incident.>',
      'cortex.decision.>',
      'cortex.approval.>',
      'cortex.escalation.>',
      'cortex.breaker.>',
      'cortex.control.>',
      'cortex.timer.>',
    ],
    summary: 'What Cortex concluded, whom it asked and told',
    maxAgeMs: 30 * day,
    maxBytes: 2048 * mebibyte,
  },
  REMEDIATION: {
    name: 'REMEDIATION',
    subjects: ['cortex.remediation.>', 'cortex.verification.>'],
    summary: 'What was done, undone and proved',
    maxAgeMs: 30 * day,
    maxBytes: 2048 * mebibyte,
  },
  KNOWLEDGE: {
    name: 'KNOWLEDGE',
    subjects: ['cortex.playbook.>', 'cortex.pattern.>', 'cortex.recommendation.>', 'cortex.model.>', 'cortex.report.>'],
    summary: 'What was learned',
    maxAgeMs: 90 * day,
    maxBytes: 1024 * mebibyte,
  },
  AUDIT: {
    name: 'AUDIT',
    subjects: ['cortex.audit.>'],
    summary: 'The hash chain over every event but telemetry, written by the auditor alone',
    maxAgeMs: 0,
    maxBytes: 4096 * mebibyte,
  },
  DEAD_LETTERS: {
    name: 'DEAD_LETTERS',
    subjects: ['cortex.dlq.>'],
    summary: 'Messages that could not be handled: original bytes, reason in the headers',
    maxAgeMs: 30 * day,
    maxBytes: 4096 * mebibyte,
  },
} as const satisfies Record<string, StreamDefinition>;

export type StreamName = keyof typeof streams;
