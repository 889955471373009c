import { apiErrors } from '@cortex/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '@cortex/api';
import { ApiProblem } from './problems.ts';
import { unavailable } from './publish.ts';
import { unknownRoute } from './unknown-route.ts';

interface FailureLog {
  error(data: object, message: string): void;
}

/** Turns any error of a route into `application/problem+json`. Internals never reach the client. */
export function installErrorHandler(app: FastifyInstance, log: FailureLog): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = asProblem(error);
    if (problem.code === 'CORTEX_API_INTERNAL') {
      log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    }
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, unknownRoute(request.method, pathOf(request))),
  );
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const body: Problem = {
    type: `urn:cortex:problem:${problem.code}`,
    title: apiErrors[problem.code].means,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    cause: problem.reason,
    fix: problem.fix,
    instance: pathOf(request),
  };
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="cortex"');
  if (problem.status === 429) void reply.header('retry-after', '60');
  if (problem.status === 503) void reply.header('retry-after', '2');
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

function asProblem(error: FastifyError | ApiProblem): ApiProblem {
  if (error instanceof ApiProblem) return error;
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiProblem(
        'CORTEX_API_TOO_LARGE',
        'the body is larger than 1 MiB',
        'every body is bounded',
        'send less',
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return notJson();
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return badJson(error.message);
    case 'CORTEX_BUS_UNAVAILABLE':
    case 'CORTEX_BUS_CLOSED':
      return unavailable(error.message);
    default:
  }
  if (error instanceof SyntaxError) return badJson(error.message);
  if ('validation' in error && error.validation !== undefined) {
    return new ApiProblem(
      'CORTEX_API_BAD_REQUEST',
      error.message,
      `the ${error.validationContext ?? 'request'} was checked against the schema of this route`,
      'see /api/v1/openapi.json for the form that it takes',
    );
  }
  if ('statusCode' in error && error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiProblem('CORTEX_API_BAD_REQUEST', error.message, 'the request is malformed', 'correct the request');
  }
  return new ApiProblem(
    'CORTEX_API_INTERNAL',
    'the request failed inside the console',
    'see the log of the console for the whole error',
    'try again; if it happens again, report it with the log',
  );
}

export function notJson(): ApiProblem {
  return new ApiProblem(
    'CORTEX_API_NOT_JSON',
    'the body is not declared as JSON',
    'only application/json is taken, so that no other site can send a plain form',
    'send the header Content-Type: application/json',
  );
}

function badJson(message: string): ApiProblem {
  return new ApiProblem('CORTEX_API_BAD_REQUEST', 'the body is not JSON', message, 'send one JSON object');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? request.url;
}
