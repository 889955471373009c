import { endpoints, routes, type Endpoint, type Route, type RouteName, type Routes } from '@cortex/api';
import { CortexError } from '@cortex/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';

/** How the console serves a route of the API. */
interface Serving<Served extends Route> {
  /** Further forms that the answer may take, by content type. */
  readonly alsoAnswers?: readonly string[];
  readonly problems?: readonly ProblemCode[];
  /** True where the answer comes from this process's mirrors, so that the page still shows the last known state. */
  readonly worksOffline?: boolean;
  readonly handle: (input: RouteInput<Served>) => Promise<z.input<Served['response']> | Sent>;
}

export interface RouteInput<Served extends Route> {
  readonly params: z.output<NonNullable<Served['params']>>;
  readonly query: z.output<NonNullable<Served['query']>>;
  readonly body: z.output<NonNullable<Served['body']>>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Returned by a handler that has answered by itself. */
export const sent = Symbol('sent');
export type Sent = typeof sent;

export interface ServedRoute extends Route, Endpoint, Serving<Route> {
  readonly name: RouteName;
}

/** A route of the API with its implementation; the handler's types follow from the route's schemas. */
export function serveRoute<Name extends RouteName>(name: Name, serving: Serving<Routes[Name]>): ServedRoute {
  const route: Route = routes[name];
  // The handler is only ever called with values that its own schemas parsed.
  return { name, ...endpoints[name], ...route, ...(serving as unknown as Serving<Route>) };
}

/** Adds routes to a fastify scope; requests are validated by their zod schemas. */
export function addRoutes(app: FastifyInstance, served: readonly ServedRoute[], assertOnline: () => void): void {
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data: unknown) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const text = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; ');
    return { error: new CortexError('CORTEX_API_BAD_REQUEST', text) };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  for (const route of served) addRoute(app, route, assertOnline);
}

function addRoute(app: FastifyInstance, route: ServedRoute, assertOnline: () => void): void {
  const status = route.status ?? 200;
  app.route({
    method: route.method,
    url: route.path,
    schema: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(route.body === undefined ? {} : { body: route.body }),
    },
    config: { definition: route },
    handler: async (request, reply) => {
      if (route.worksOffline !== true) assertOnline();
      const answer = await route.handle({
        params: request.params as z.output<z.ZodObject>,
        query: request.query as z.output<z.ZodObject>,
        body: request.body as z.output<z.ZodObject>,
        request,
        reply,
      });
      if (answer === sent) return reply;
      return reply.code(status).send(answer);
    },
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly definition?: ServedRoute;
  }
}
