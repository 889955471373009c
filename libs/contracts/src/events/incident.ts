import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Incident } from '../model/incident.ts';
import { Text, Timestamp } from '../model/scalars.ts';

/** The incident without its decisions, which travel in `decision.made`. */
export const IncidentSummary = Incident.omit({ decisions: true });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

const family = { version: 1, stream: 'INCIDENTS' } as const;

export const incidentOpened = defineEvent({
  ...family,
  type: 'incident.opened',
  summary: 'Signals of one service became an incident',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ incident: IncidentSummary }),
});

export const incidentUpdated = defineEvent({
  ...family,
  type: 'incident.updated',
  summary: 'The status, severity, signals or attempts of an incident changed',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ incident: IncidentSummary, change: Text }),
});

export const incidentAcknowledged = defineEvent({
  ...family,
  type: 'incident.acknowledged',
  summary: 'A human took the incident; decision keeps it in the record',
  producers: ['decision'],
  consumers: ['escalator'],
  data: z.strictObject({ incident: IncidentSummary, by: z.string().min(1).max(128), at: Timestamp }),
});

export const incidentResolved = defineEvent({
  ...family,
  type: 'incident.resolved',
  summary: 'The incident ended, with how and since when; the whole record, decisions included',
  producers: ['decision'],
  consumers: ['escalator', 'learner'],
  data: z.strictObject({ incident: Incident }),
});

/** A human closes an incident by hand. */
export const incidentCloseRequested = defineEvent({
  ...family,
  type: 'incident.close.requested',
  summary: 'A human says that the incident is over',
  producers: ['console'],
  consumers: ['decision'],
  data: z.strictObject({ incidentId: z.uuid(), by: z.string().min(1).max(128), comment: Text }),
});
