import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Approval } from '../model/incident.ts';
import { Name, Text, Timestamp } from '../model/scalars.ts';

const family = { version: 1, stream: 'INCIDENTS' } as const;
const Answer = z.strictObject({
  approvalId: z.string().min(1).max(128),
  incidentId: z.uuid(),
  /** The plan that the human saw; an answer to another plan is void. */
  planHash: z.string().min(1).max(128),
  by: z.string().min(1).max(128),
  comment: Text.default(''),
});

export const approvalRequested = defineEvent({
  ...family,
  type: 'approval.requested',
  summary: 'A human must agree before this plan runs',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ incidentId: z.uuid(), service: Name, approval: Approval }),
});

export const approvalGranted = defineEvent({
  ...family,
  type: 'approval.granted',
  summary: 'A human agreed to the plan',
  producers: ['console'],
  consumers: ['decision'],
  data: Answer,
});

export const approvalDenied = defineEvent({
  ...family,
  type: 'approval.denied',
  summary: 'A human refused the plan',
  producers: ['console'],
  consumers: ['decision'],
  data: Answer,
});

export const approvalExpired = defineEvent({
  ...family,
  type: 'approval.expired',
  summary: 'Nobody answered in time',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ approvalId: z.string().min(1).max(128), incidentId: z.uuid() }),
});

export const approvalWithdrawn = defineEvent({
  ...family,
  type: 'approval.withdrawn',
  summary: 'The question was taken back before it was answered: the plan has changed, or is not wanted any more',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ approvalId: z.string().min(1).max(128), incidentId: z.uuid(), reason: Text, at: Timestamp }),
});
