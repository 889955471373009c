import { addressOf, endpoints, type AddressParts } from '@cortex/api';
import type { AnswerOf, CallOf, Problem, RouteName } from '@cortex/api';

const tokenKey = 'cortex.token';

/** A refusal of the API, with its fix. */
export class ApiError extends Error {
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.code = problem.code;
    this.problem = problem;
  }
}

/** Kept for this tab only. */
export function rememberToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(tokenKey);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** `body` goes out as JSON. */
type Request = AddressParts & { readonly body?: object };

/**
 * Calls one route of the console that this page came from. The answer is typed by the route and not parsed: the
 * console's tests validate its answers against the same schemas, and zod with them would make the page ten times as
 * large.
 */
export async function call<Name extends RouteName>(name: Name, ...[request]: CallOf<Name>): Promise<AnswerOf<Name>> {
  const response = await ask(name, request ?? {});
  if (response.ok) return (await response.json()) as AnswerOf<Name>;
  throw new ApiError(await problemOf(response));
}

async function ask(name: RouteName, { body, ...parts }: Request): Promise<Response> {
  try {
    return await fetch(addressOf(name, parts), {
      method: endpoints[name].method,
      headers: {
        accept: 'application/json',
        ...authorization(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError({
      type: 'urn:cortex:problem:CORTEX_PAGE_OFFLINE',
      title: 'The console does not answer',
      status: 0,
      detail: 'The console does not answer.',
      code: 'CORTEX_PAGE_OFFLINE',
      cause: 'it is down, or the network is',
      fix: 'This page tries again by itself.',
    });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (isProblem(body)) return body;
  } catch {
    // Not JSON: a proxy answered instead of the console.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `The console answered ${response.status}.`,
    code: 'CORTEX_PAGE_UNEXPECTED',
    cause: 'something between this page and the console answered',
    fix: 'Look at the log of the console.',
  };
}

/** Whether the fields that the page shows of a problem are present. */
function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...body };
  return ['code', 'title', 'detail', 'cause', 'fix'].every((name) => typeof fields[name] === 'string');
}
