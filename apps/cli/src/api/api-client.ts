import { isErrorCode } from '@cortex/errors';
import { withDeadline } from '@cortex/runtime';
import { CliError } from '../core/cli-error.ts';
import type { Ending } from '../core/exit-codes.ts';

/** The console's API. Every failure is a {@link CliError} with the console's own code and fix. */
export interface ApiClient {
  readonly url: string;
  /** `patienceMs`: longest wait for the answer; default 20 s. */
  get<Answer>(path: string, query?: Query, patienceMs?: number): Promise<Answer>;
  text(path: string): Promise<string>;
  change<Answer>(method: Change, path: string, body: object): Promise<Answer>;
  /** What every request bears: the token, if there is one. */
  readonly headers: Readonly<Record<string, string>>;
}

type Change = 'POST' | 'PUT' | 'DELETE';

export type Query = Readonly<Record<string, string | number | undefined>>;

const timeoutMs = 20_000;

/** `findUrl` is called once, when the first request is made. */
export function createApiClient(findUrl: () => string, token: string | undefined, stopped: AbortSignal): ApiClient {
  let known: string | undefined;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = (): string => (known ??= findUrl());

  async function request(path: string, init: RequestInit, patienceMs = timeoutMs): Promise<Response> {
    const address = `${url()}/api/v1${path}`;
    let response: Response;
    try {
      const asked = { ...init, headers: { ...headers, ...init.headers } };
      response = await withDeadline(patienceMs, stopped, (signal) => fetch(address, { ...asked, signal }));
    } catch (error) {
      throw new CliError(
        'CORTEX_CLI_UNREACHABLE',
        `the console at ${url()} does not answer: ${reasonOf(error, patienceMs)}`,
        'start it with `cortex up`, or name it with --url or CORTEX_URL',
        'unreachable',
      );
    }
    if (!response.ok) throw await refusalOf(response, address);
    return response;
  }

  return {
    get url() {
      return url();
    },
    headers,
    async get<Answer>(path: string, query: Query = {}, patienceMs = timeoutMs) {
      const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, String(value)]],
      );
      const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
      const response = await request(`${path}${search}`, { headers: { accept: 'application/json' } }, patienceMs);
      return jsonOf<Answer>(response, url());
    },
    async text(path) {
      return (await request(path, { headers: { accept: 'text/plain' } })).text();
    },
    async change<Answer>(method: Change, path: string, body: object) {
      const response = await request(path, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return jsonOf<Answer>(response, url());
    },
  };
}

async function jsonOf<Answer>(response: Response, url: string): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch {
    throw notCortex(url);
  }
}

async function refusalOf(response: Response, address: string): Promise<CliError> {
  try {
    const problem = (await response.json()) as { code?: unknown; detail?: unknown; cause?: unknown; fix?: unknown };
    if (typeof problem.code === 'string') {
      const cause = typeof problem.cause === 'string' && problem.cause !== '' ? ` (${problem.cause})` : '';
      const message = `${String(problem.detail)}${cause}`;
      const [fix, ending] = [String(problem.fix), endingOf(response.status)];
      if (isErrorCode(problem.code)) return new CliError(problem.code, message, fix, ending);
      return new CliError('CORTEX_CLI_REFUSED', `${problem.code}: ${message}`, fix, ending);
    }
  } catch {
    // Not JSON: whoever answered is no console.
  }
  if (response.status === 503) {
    return new CliError('CORTEX_CLI_STARTING', 'the console is starting', 'try again in a moment', 'unreachable');
  }
  return notCortex(address);
}

function notCortex(url: string): CliError {
  return new CliError(
    'CORTEX_CLI_NOT_A_CONSOLE',
    `what answers at ${url} is not a Cortex console`,
    'name the console with --url or CORTEX_URL',
    'unreachable',
  );
}

function endingOf(status: number): Ending {
  if (status === 404) return 'notFound';
  if (status === 401 || status === 403 || status === 409 || status === 429) return 'refused';
  if (status === 503) return 'unreachable';
  return status < 500 ? 'usage' : 'failed';
}

/** fetch hides the reason one level down. */
function reasonOf(error: unknown, patienceMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${patienceMs / 1_000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}
