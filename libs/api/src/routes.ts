import type { z } from 'zod';
import type { RouteName } from './endpoints.ts';
import type { RequestOf, Route } from './route.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { configurationRoutes } from './routes/configuration.ts';
import { controlRoutes } from './routes/control.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { playbookRoutes } from './routes/playbooks.ts';
import { recordRoutes } from './routes/records.ts';
import { systemRoutes } from './routes/system.ts';

/** Every route of the API, by its name. */
export const routes = {
  ...systemRoutes,
  ...configurationRoutes,
  ...incidentRoutes,
  ...approvalRoutes,
  ...controlRoutes,
  ...playbookRoutes,
  ...recordRoutes,
} satisfies Readonly<Record<RouteName, Route>>;

export type Routes = typeof routes;

/** The answer of a route, as a client gets it. */
export type AnswerOf<Name extends RouteName> = z.output<Routes[Name]['response']>;

/** The schema of each answer, by the name of the route, for code that knows the name only as a parameter. */
export const answers: { readonly [Name in RouteName]: { readonly response: z.ZodType<AnswerOf<Name>> } } = routes;

/** The inputs of a call; none where the route needs none. */
export type CallOf<Name extends RouteName> =
  Partial<RequestOf<Routes[Name]>> extends RequestOf<Routes[Name]>
    ? readonly [request?: RequestOf<Routes[Name]>]
    : readonly [request: RequestOf<Routes[Name]>];
