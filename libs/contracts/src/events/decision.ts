import { z } from 'zod';
import { defineEvent } from '../define-event.ts';
import { Decision } from '../model/decision.ts';
import { Name } from '../model/scalars.ts';

export const decisionMade = defineEvent({
  type: 'decision.made',
  version: 1,
  stream: 'INCIDENTS',
  summary: 'Cortex decided on an incident: the nine steps of spec 6.1, each with inputs and verdict',
  producers: ['decision'],
  consumers: [],
  data: z.strictObject({ incidentId: z.uuid(), service: Name, decision: Decision }),
});
