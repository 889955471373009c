import type { ErrorEntries, ErrorEntry } from './error-entry.ts';

interface ApiErrorEntry extends ErrorEntry {
  /** Of the HTTP answer. */
  readonly status: number;
}

/** The answers of the console's API to failed requests, as `application/problem+json`; `means` is the title there. */
export const apiErrors = {
  CORTEX_API_BAD_REQUEST: {
    status: 400,
    means: 'The request does not have the form that this route takes',
    cause: 'A field or a part of the query is missing, unknown or of the wrong kind.',
    fix: 'Correct what `detail` names; `/api/v1/openapi.json` has the form.',
  },
  CORTEX_API_UNAUTHORIZED: {
    status: 401,
    means: 'A token is needed',
    cause: 'The console has `CORTEX_API_TOKEN` set, and the request has no token or another one.',
    fix: 'Send it as `Authorization: Bearer …`; `cortex` takes it from `CORTEX_API_TOKEN`.',
  },
  CORTEX_API_FORBIDDEN_HOST: {
    status: 403,
    means: 'This host name is not trusted',
    cause: 'A browser may have been led here by a name that somebody else controls.',
    fix: 'Use the address itself, set a token, or add the name to `CORTEX_CONSOLE_HOSTS`.',
  },
  CORTEX_API_FORBIDDEN_ORIGIN: {
    status: 403,
    means: 'Requests that change something may not come from another site',
    cause: 'A page of another origin sent the request.',
    fix: "Use the console's own page, `cortex`, or a program that sends no `Origin`.",
  },
  CORTEX_API_NOT_FOUND: {
    status: 404,
    means: 'There is no such thing',
    cause: 'A mistyped id or name, or it is older than what is kept.',
    fix: 'List what there is (`cortex get …`), and take the id from there.',
  },
  CORTEX_API_AMBIGUOUS_ID: {
    status: 409,
    means: 'The start of the id fits more than one incident',
    cause: 'Too few characters of the id.',
    fix: 'Write more characters.',
  },
  CORTEX_APPROVAL_NOT_PENDING: {
    status: 409,
    means: 'The approval has been answered already',
    cause: 'Somebody else was first, or the incident is over.',
    fix: 'Look at the incident (`cortex explain`); nothing needs to be done.',
  },
  CORTEX_APPROVAL_WITHDRAWN: {
    status: 409,
    means: 'The approval was withdrawn',
    cause: 'The plan has changed, or is not wanted any more.',
    fix: 'Look at the incident: where a plan is still wanted, it asks anew.',
  },
  CORTEX_APPROVAL_EXPIRED: {
    status: 409,
    means: 'The approval has expired',
    cause: 'Nobody answered in time.',
    fix: 'Wait for a new question, or mend it by hand: the incident was escalated.',
  },
  CORTEX_APPROVAL_PLAN_CHANGED: {
    status: 409,
    means: 'The plan is not the one that was shown',
    cause: 'Cortex made another plan between the page and the answer.',
    fix: 'Look at the new plan, and answer that one.',
  },
  CORTEX_INCIDENT_RESOLVED: {
    status: 409,
    means: 'The incident is over',
    cause: 'It was resolved meanwhile.',
    fix: 'Nothing needs to be done.',
  },
  CORTEX_BREAKER_CLOSED: {
    status: 409,
    means: 'The breaker is not open',
    cause: 'It was never open for this playbook and service, or somebody reset it.',
    fix: 'Nothing needs to be done.',
  },
  CORTEX_BREAKER_COOLING_DOWN: {
    status: 409,
    means: 'The breaker is still cooling down',
    cause: 'It may be reset an hour after it opened, not before.',
    fix: 'Find out why the fixes did not help; reset it at the time that `detail` names.',
  },
  CORTEX_SILENCE_BAD_TIME: {
    status: 400,
    means: 'A silence may not end then',
    cause: 'The end is in the past, or further away than silences last.',
    fix: 'Choose an end within the limits that the answer names.',
  },
  CORTEX_SILENCE_LIMIT: {
    status: 409,
    means: 'There are too many silences',
    cause: 'Old ones were not ended, or a program makes one for each event.',
    fix: 'End those that are not needed, or silence whole services.',
  },
  CORTEX_API_TOO_LARGE: {
    status: 413,
    means: 'The body is too large',
    cause: 'Bodies are bounded at 1 MiB.',
    fix: 'Send less.',
  },
  CORTEX_API_NOT_JSON: {
    status: 415,
    means: 'The body must be JSON',
    cause: 'Only `application/json` is taken, so that no other site can send a plain form.',
    fix: 'Send the header `Content-Type: application/json`.',
  },
  CORTEX_API_TOO_MANY_ATTEMPTS: {
    status: 429,
    means: 'Too many wrong tokens',
    cause: 'Somebody guesses the token, or a program has an old one.',
    fix: 'Wait for as long as `Retry-After` says, then send the right one.',
  },
  CORTEX_API_INTERNAL: {
    status: 500,
    means: 'The console failed',
    cause: 'A mistake in Cortex.',
    fix: 'Try again; report it with the log of the console if it happens again.',
  },
  CORTEX_API_BUS_UNAVAILABLE: {
    status: 503,
    means: 'NATS does not answer',
    cause: 'The console cannot reach NATS, or NATS has no leader.',
    fix: 'Check NATS; send the request again, which is safe.',
  },
  CORTEX_API_TOO_MANY_STREAMS: {
    status: 503,
    means: 'Too many live streams are open',
    cause: 'Many pages or `cortex events` follow at once.',
    fix: 'Close some of them.',
  },
} as const satisfies ErrorEntries<ApiErrorEntry>;
