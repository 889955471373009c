/** Every error that the API answers with, in one place; docs/api.md and the OpenAPI document list exactly these. */
export const problemCodes = {
  CORTEX_API_BAD_REQUEST: { status: 400, title: 'The request does not have the form that this route takes' },
  CORTEX_API_UNAUTHORIZED: { status: 401, title: 'A token is needed' },
  CORTEX_API_FORBIDDEN_HOST: { status: 403, title: 'This host name is not trusted' },
  CORTEX_API_FORBIDDEN_ORIGIN: { status: 403, title: 'Requests that change something may not come from another site' },
  CORTEX_API_NOT_FOUND: { status: 404, title: 'There is no such thing' },
  CORTEX_API_AMBIGUOUS_ID: { status: 409, title: 'The start of the id fits more than one incident' },
  CORTEX_APPROVAL_NOT_PENDING: { status: 409, title: 'The approval has been answered already' },
  CORTEX_APPROVAL_EXPIRED: { status: 409, title: 'The approval has expired' },
  CORTEX_APPROVAL_PLAN_CHANGED: { status: 409, title: 'The plan is not the one that was shown' },
  CORTEX_INCIDENT_RESOLVED: { status: 409, title: 'The incident is over' },
  CORTEX_BREAKER_CLOSED: { status: 409, title: 'The breaker is not open' },
  CORTEX_BREAKER_COOLING_DOWN: { status: 409, title: 'The breaker is still cooling down' },
  CORTEX_SILENCE_BAD_TIME: { status: 400, title: 'A silence may not end then' },
  CORTEX_SILENCE_LIMIT: { status: 409, title: 'There are too many silences' },
  CORTEX_API_TOO_LARGE: { status: 413, title: 'The body is too large' },
  CORTEX_API_NOT_JSON: { status: 415, title: 'The body must be JSON' },
  CORTEX_API_TOO_MANY_ATTEMPTS: { status: 429, title: 'Too many wrong tokens' },
  CORTEX_API_INTERNAL: { status: 500, title: 'The console failed' },
  CORTEX_API_BUS_UNAVAILABLE: { status: 503, title: 'NATS does not answer' },
  CORTEX_API_TOO_MANY_STREAMS: { status: 503, title: 'Too many live streams are open' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** An expected refusal. `detail` says what happened, `cause` why, `fix` what the caller may do. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
  readonly fix: string;

  constructor(code: ProblemCode, detail: string, reason: string, fix: string) {
    super(`${detail} (${reason}); fix: ${fix}`);
    this.name = 'ApiProblem';
    this.code = code;
    this.status = problemCodes[code].status;
    this.detail = detail;
    this.reason = reason;
    this.fix = fix;
  }
}

export function notFound(what: string, id: string, fix: string): ApiProblem {
  return new ApiProblem('CORTEX_API_NOT_FOUND', `no ${what} "${id}"`, 'nothing under this name or id is known', fix);
}
