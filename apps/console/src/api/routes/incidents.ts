import { draft, escalationAcknowledged, incidentCloseRequested, type Incident } from '@cortex/contracts';
import { explain } from '../../explain/explain.ts';
import { explanationText } from '../../explain/render-text.ts';
import { sent, serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problems.ts';
import { publishOrFail } from '../publish.ts';

const idProblems = ['CORTEX_API_NOT_FOUND', 'CORTEX_API_AMBIGUOUS_ID'] as const;

export function incidentRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { bus, incidents, now } = dependencies;
  return [
    serveRoute('incidents', {
      worksOffline: true,
      handle: async ({ query: { limit, ...filter } }) => {
        const found = incidents.list({
          ...(filter.status === undefined ? {} : { status: filter.status }),
          ...(filter.service === undefined ? {} : { service: filter.service }),
        });
        return { incidents: found.slice(0, limit), total: found.length };
      },
    }),
    serveRoute('incident', {
      problems: idProblems,
      handle: async ({ params }) => ({ incident: await incidents.load(params.id) }),
    }),
    serveRoute('explanation', {
      alsoAnswers: ['text/plain'],
      problems: idProblems,
      handle: async ({ params, request, reply }) => {
        const explanation = await explain(dependencies, await incidents.load(params.id));
        if (!prefersText(request.headers.accept)) return explanation;
        await reply.type('text/plain; charset=utf-8').serializer(String).send(explanationText(explanation));
        return sent;
      },
    }),
    serveRoute('decisions', {
      problems: idProblems,
      handle: async ({ query }) => {
        const ids =
          query.incident === undefined
            ? [...incidents.list()]
                .sort((left, right) => right.updatedAt.localeCompare(left.updatedAt))
                .slice(0, 20)
                .map((item) => item.id)
            : [query.incident];
        const loaded = await Promise.all(ids.map((id) => incidents.load(id)));
        const decisions = loaded
          .flatMap((incident) =>
            incident.decisions.map((decision) => ({ incidentId: incident.id, service: incident.service, decision })),
          )
          .sort((left, right) => right.decision.at.localeCompare(left.decision.at));
        return { decisions: decisions.slice(0, query.limit) };
      },
    }),
    serveRoute('acknowledge', {
      problems: [...idProblems, 'CORTEX_INCIDENT_RESOLVED', 'CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ params, body }) => {
        const incident = await incidents.load(params.id);
        assertNotResolved(incident);
        if (incident.acknowledgedBy === body.by) {
          return { detail: `${body.by} has this incident already` };
        }
        const event = await publishOrFail(
          bus,
          draft(escalationAcknowledged, {
            service: incident.service,
            incidentId: incident.id,
            data: { incidentId: incident.id, by: body.by, comment: body.comment, at: now().toISOString() },
          }),
        );
        return { eventId: event.id, detail: `acknowledged by ${body.by}` };
      },
    }),
    serveRoute('close', {
      problems: [...idProblems, 'CORTEX_INCIDENT_RESOLVED', 'CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ params, body }) => {
        const incident = await incidents.load(params.id);
        assertNotResolved(incident);
        const event = await publishOrFail(
          bus,
          draft(incidentCloseRequested, {
            service: incident.service,
            incidentId: incident.id,
            data: { incidentId: incident.id, by: body.by, comment: body.comment },
          }),
        );
        return { eventId: event.id, detail: `closing was asked by ${body.by}` };
      },
    }),
  ];
}

function assertNotResolved(incident: Incident): void {
  if (incident.resolution === undefined) return;
  throw new ApiProblem(
    'CORTEX_INCIDENT_RESOLVED',
    `incident ${incident.id} was resolved at ${incident.resolution.at}`,
    `it ended by ${incident.resolution.method}`,
    'nothing is left to do; list open ones with GET /api/v1/incidents?status=active',
  );
}

/** True when text is asked for and JSON is not. */
function prefersText(accept: string | undefined): boolean {
  return accept !== undefined && accept.includes('text/plain') && !accept.includes('json');
}
