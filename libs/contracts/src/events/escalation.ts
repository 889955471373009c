import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Name, Text, Timestamp } from '../model/scalars.ts';
import { IncidentSeverity } from '../model/severity.ts';

const family = { version: 1, stream: 'INCIDENTS' } as const;
const EscalationId = z.string().min(1).max(128);

export const escalationRequested = defineEvent({
  ...family,
  type: 'escalation.requested',
  summary: 'Humans are needed for this incident',
  producers: ['decision'],
  consumers: ['escalator'],
  data: z.strictObject({
    escalationId: EscalationId,
    incidentId: z.uuid(),
    service: Name,
    serviceKind: Name.optional(),
    severity: IncidentSeverity,
    title: Text,
    reason: Text,
    /** More than the incident itself says; the page shows what was seen, tried and waited for anyway. */
    details: Text.default(''),
    /**
     * What people are asked to do, in the same words whenever the same is asked: they are told of it once per incident.
     * Absent: the request informs, so whoever was told of the incident at this severity is not told again.
     */
    asks: z.string().min(1).max(400).optional(),
    /** Contacts that the playbook names, notified at once beside the policy's first level. */
    notify: z.array(Name),
    /** These contacts only: the playbook says `create_incident: false`, so the policy's chain is not begun for this. */
    onlyNotify: z.literal(true).optional(),
    /** The title is that of this request, and stays; absent: that of the incident, which follows what is wrong. */
    hasOwnTitle: z.literal(true).optional(),
    /** It is news although what it is about may be over in a moment: the hold of its severity is for what is not. */
    withoutHold: z.literal(true).optional(),
    urgent: z.boolean(),
    requestedAt: Timestamp,
  }),
});

export const escalationNotified = defineEvent({
  ...family,
  type: 'escalation.notified',
  summary: 'One message to one contact was delivered, or was given up after its retries',
  producers: ['escalator'],
  consumers: [],
  data: z.strictObject({
    escalationId: EscalationId,
    incidentId: z.uuid(),
    level: z.number().int().nonnegative(),
    contact: Name,
    channel: z.string().min(1).max(64),
    delivered: z.boolean(),
    attempts: z.number().int().nonnegative(),
    detail: Text,
    at: Timestamp,
  }),
});

export const escalationAcknowledged = defineEvent({
  ...family,
  type: 'escalation.acknowledged',
  summary: 'A human took the incident: further levels that wait for `not_acknowledged` are not told',
  producers: ['console'],
  consumers: ['decision', 'escalator'],
  data: z.strictObject({
    incidentId: z.uuid(),
    by: z.string().min(1).max(128),
    comment: Text.default(''),
    at: Timestamp,
  }),
});
