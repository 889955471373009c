import { CortexError } from '@cortex/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';

/** One route: its schemas are what is checked, what is answered and what OpenAPI says. */
export interface RouteDefinition<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  readonly method: HTTPMethods;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly response: Response;
  readonly status?: number;
  /** Further forms that the answer may take, by content type. */
  readonly alsoAnswers?: readonly string[];
  readonly problems?: readonly ProblemCode[];
  /** True where the answer comes from this process's mirrors, so that the page still shows what was last known. */
  readonly worksOffline?: boolean;
  readonly handle: (input: RouteInput<Params, Query, Body>) => Promise<z.input<Response> | Sent>;
}

export interface RouteInput<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Returned by a handler that has answered by itself. */
export const sent = Symbol('sent');
export type Sent = typeof sent;

export type AnyRoute = RouteDefinition;

/** Declares a route; the handler's types follow from its schemas. */
export function defineRoute<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
>(definition: RouteDefinition<Params, Query, Body, Response>): AnyRoute {
  // The handler is only ever called with what its own schemas parsed.
  return definition as unknown as AnyRoute;
}

/** Adds routes to a fastify scope; requests are checked by their zod schemas. */
export function addRoutes(app: FastifyInstance, routes: readonly AnyRoute[], assertOnline: () => void): void {
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data: unknown) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const text = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; ');
    return { error: new CortexError('CORTEX_API_BAD_REQUEST', text) };
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  for (const route of routes) addRoute(app, route, assertOnline);
}

function addRoute(app: FastifyInstance, route: AnyRoute, assertOnline: () => void): void {
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
        params: request.params,
        query: request.query,
        body: request.body,
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
    readonly definition?: RouteDefinition;
  }
}
