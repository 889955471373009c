import { IncidentStatus } from '@cortex/contracts';
import { z } from 'zod';
import { ByForm, ClosingForm, IdParams, Limit, NameFilter } from '../forms.ts';
import type { Route } from '../route.ts';
import { Accepted, DecisionList, Explanation, IncidentList, IncidentView } from '../views/incident.ts';

const tag = 'incidents';

export const incidentRoutes = {
  incidents: {
    tag,
    summary: 'Incidents, open ones first, newest first',
    query: z.strictObject({
      status: z.union([IncidentStatus, z.literal('active')]).optional(),
      service: NameFilter,
      limit: Limit.default(100),
    }),
    response: IncidentList,
  },
  incident: {
    tag,
    summary: 'One incident, whole; four characters of its id are enough',
    params: IdParams,
    response: IncidentView,
  },
  explanation: {
    tag,
    summary: 'What happened and why: the nine steps of each decision, gates, steps, verification, people told',
    params: IdParams,
    response: Explanation,
  },
  decisions: {
    tag,
    summary: 'Decisions, newest first: of one incident, or of the newest incidents',
    query: z.strictObject({ incident: z.string().min(1).max(64).optional(), limit: Limit.default(50) }),
    response: DecisionList,
  },
  acknowledge: {
    tag,
    summary: 'Take an incident: levels that wait for an acknowledgement are not told any more',
    params: IdParams,
    body: ByForm,
    response: Accepted,
    status: 202,
  },
  close: {
    tag,
    summary: 'Say that an incident is over',
    params: IdParams,
    body: ClosingForm,
    response: Accepted,
    status: 202,
  },
} satisfies Record<string, Route>;
