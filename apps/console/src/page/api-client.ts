import type { Problem } from '@cortex/api';

const tokenKey = 'cortex.token';

/** A refusal of the API, with what to do about it. */
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

export async function get<Answer>(path: string): Promise<Answer> {
  return answerOf<Answer>(await call(path, { headers: { accept: 'application/json', ...authorization() } }));
}

export async function change<Answer>(method: 'POST' | 'PUT', path: string, body: object): Promise<Answer> {
  return answerOf<Answer>(
    await call(path, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...authorization() },
      body: JSON.stringify(body),
    }),
  );
}

async function call(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api/v1${path}`, init);
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

async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return (await response.json()) as Answer;
  throw new ApiError(await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    if (typeof body.code === 'string') return body as Problem;
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
