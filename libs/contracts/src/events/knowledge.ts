import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Text, Timestamp } from '../model/scalars.ts';
import { PlaybookPerformance } from '../buckets/knowledge.ts';

const family = { version: 1, stream: 'KNOWLEDGE', producers: ['learner'] } as const;

export const playbookUpdated = defineEvent({
  ...family,
  type: 'playbook.updated',
  summary: 'What is known of a playbook changed',
  consumers: [],
  data: z.strictObject({ performance: PlaybookPerformance }),
});

export const patternDiscovered = defineEvent({
  ...family,
  type: 'pattern.discovered',
  summary: 'Incidents follow a pattern',
  consumers: [],
  data: z.strictObject({
    patternId: z.string().min(1).max(128),
    patternType: z.string().min(1).max(64),
    description: Text,
    confidence: z.number().min(0).max(1),
    discoveredAt: Timestamp,
  }),
});

export const recommendationIssued = defineEvent({
  ...family,
  type: 'recommendation.issued',
  summary: 'Something that a human should change',
  consumers: [],
  data: z.strictObject({ about: z.string().min(1).max(128), issue: Text, recommendation: Text, issuedAt: Timestamp }),
});

export const modelRetrained = defineEvent({
  ...family,
  type: 'model.retrained',
  producers: ['detector'],
  consumers: [],
  summary: 'A detection model was trained on newer data',
  data: z.strictObject({
    model: z.string().min(1).max(256),
    samples: z.number().int().nonnegative(),
    trainedAt: Timestamp,
  }),
});

export const reportGenerated = defineEvent({
  ...family,
  type: 'report.generated',
  summary: 'A scheduled report is ready',
  consumers: [],
  data: z.strictObject({ report: z.string().min(1).max(64), from: Timestamp, to: Timestamp, generatedAt: Timestamp }),
});
