import { addressOf, answers, endpoints, parseAnswer } from '@cortex/api';
import type { AddressParts, AnswerOf, CallOf, RouteName } from '@cortex/api';
import { withDeadline } from '@cortex/runtime';
import { CliError } from '../core/cli-error.ts';
import { headersFor, type ApiClient } from './api-client-port.ts';
import { notCortex, refusalOf } from './refusal.ts';

/** `body` goes out as JSON. */
type Request = AddressParts & { readonly body?: object };

const timeoutMs = 20_000;
/** Longest wait for routes that read much before they answer. */
const patienceMs: { readonly [Name in RouteName]?: number } = { auditVerdict: 600_000 };

/** `findUrl` is called once, when the first request is made. */
export function createApiClient(findUrl: () => string, token: string | undefined, stopped: AbortSignal): ApiClient {
  let known: string | undefined;
  const headers = headersFor(token);
  const url = (): string => (known ??= findUrl());

  async function ask(name: RouteName, { body, ...parts }: Request, accept: string): Promise<Response> {
    const address = `${url()}${addressOf(name, parts)}`;
    const waitMs = patienceMs[name] ?? timeoutMs;
    const request = {
      method: endpoints[name].method,
      headers: { ...headers, accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    let response: Response;
    try {
      response = await withDeadline(waitMs, stopped, (signal) => fetch(address, { ...request, signal }));
    } catch (error) {
      throw new CliError(
        'CORTEX_CLI_UNREACHABLE',
        `the console at ${url()} does not answer: ${reasonOf(error, waitMs)}`,
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
    async call<Name extends RouteName>(name: Name, ...[request]: CallOf<Name>): Promise<AnswerOf<Name>> {
      const response = await ask(name, request ?? {}, 'application/json');
      const answer = parseAnswer(answers[name].response, await jsonOf(response, url()));
      if (answer.ok) return answer.value;
      throw unexpectedAnswer(name, answer.detail, url());
    },
    async text(name, request) {
      return (await ask(name, request, 'text/plain')).text();
    },
  };
}

async function jsonOf(response: Response, url: string): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw notCortex(url);
  }
}

/** `detail` names the field. */
export function unexpectedAnswer(name: RouteName, detail: string, url: string): CliError {
  const { method, path } = endpoints[name];
  return new CliError(
    'CORTEX_CLI_UNEXPECTED_ANSWER',
    `the console at ${url} answered ${method} ${path} with what this command does not understand: ${detail}`,
    'use a console and a command line of the same version',
  );
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown, waitMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${waitMs / 1_000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}
