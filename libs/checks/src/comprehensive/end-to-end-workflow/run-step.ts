import { CortexError } from '@cortex/errors';
import type { ErrorCode } from '@cortex/errors';
import { OutboundRefusedError } from '@cortex/outbound';
import type { HttpClient, HttpResponse } from '@cortex/outbound';
import { SecretError } from '@cortex/secrets';
import { causeOf } from '../../cause-of.ts';
import type { CheckContext } from '../../define-check.ts';
import { fillHeaders, fillJson, fillText } from '../../http/fill-text.ts';
import { addressOf } from '../../http/http-target.ts';
import { parseBody, responseProblems } from '../../http/judge-response.ts';
import { jsonAt } from '../../http/json-conditions.ts';
import type { WorkflowParams } from './params.ts';
import type { Capture, StepRequest } from './step-request.ts';

export type RunVariables = Map<string, string | number | boolean>;

/** The common state of the steps of one run. */
export interface Run {
  readonly params: WorkflowParams;
  readonly context: CheckContext;
  readonly client: HttpClient;
  readonly variables: RunVariables;
}

export interface StepReport {
  readonly step: string;
  readonly status?: number;
  readonly latencyMs: number;
  /** Absent: it succeeded. */
  readonly problem?: string;
  /** The code of our own error for which the request could not be made at all. */
  readonly refusal?: ErrorCode;
}

const maxValueLength = 4_096;
/** Shorter ones would hide half of every text. */
const shortestHidden = 4;

/** Sends the request of a step, captures its variables and judges the response. Problems are in the report. */
export async function runStep(run: Run, step: string, request: StepRequest, signal: AbortSignal): Promise<StepReport> {
  const startedAt = performance.now();
  const took = (): number => Math.round(performance.now() - startedAt);
  try {
    const response = await send(run, request, signal);
    const expected = { ...request, expected_status: expectedStatus(request) };
    // Even of a refusal: it may name something that must be cleaned up.
    const problems = [...captureInto(run, request, response), ...responseProblems(expected, response)];
    const report = { step, status: response.status, latencyMs: took() };
    return problems.length === 0 ? report : { ...report, problem: [...new Set(problems)].join('; ') };
  } catch (error) {
    const problem = signal.aborted ? 'no answer before the time was up' : causeOf(error);
    const isOurs = error instanceof OutboundRefusedError || error instanceof SecretError;
    return { step, latencyMs: took(), problem, ...(isOurs ? { refusal: error.code } : {}) };
  }
}

async function send(run: Run, request: StepRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { params, context, client, variables } = run;
  const filling = { variables, redactor: context.redactor };
  const json = request.json_body === undefined ? undefined : JSON.stringify(await fillJson(request.json_body, filling));
  const body = request.body === undefined ? json : await fillText(request.body, filling);
  const own = Object.fromEntries(
    Object.entries({ ...params.headers, ...request.headers }).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return client.send({
    url: addressOf(params, await fillText(request.path, filling, pathSegment), context.facts),
    method: request.method,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(await fillHeaders(own, filling)),
    },
    ...(body === undefined ? {} : { body }),
    signal,
    maxBodyBytes: request.max_body_bytes,
  });
}

function expectedStatus(request: StepRequest): NonNullable<StepRequest['expected_status']> {
  return request.expected_status ?? (request.cleans === undefined ? '2xx' : ['2xx', 404, 410]);
}

/** A value as one segment of a path: it must not lead to another one. */
function pathSegment(value: string): string {
  if (/^\.{0,2}$/.test(value)) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'a variable would change the path');
  return encodeURIComponent(value);
}

function captureInto({ variables, context }: Run, request: StepRequest, response: HttpResponse): readonly string[] {
  const captures = Object.entries(request.capture);
  const body = captures.length === 0 ? undefined : parseBody(response);
  return captures.flatMap(([name, capture]) => {
    const value = valueOf(capture, response, body?.ok === true ? body.value : undefined);
    const isUsable =
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)) ||
      (typeof value === 'string' && value !== '' && value.length <= maxValueLength);
    if (!isUsable) return [`${name} cannot be captured: ${describe(capture)} has no usable value`];
    if (typeof value !== 'boolean' && String(value).length >= shortestHidden) context.redactor.hide(String(value));
    variables.set(name, value);
    return [];
  });
}

function valueOf(capture: Capture, { headers }: HttpResponse, body: unknown): unknown {
  if (typeof capture === 'string') return jsonAt(body, capture);
  if ('json' in capture) return jsonAt(body, capture.json);
  const name = capture.header.toLowerCase();
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function describe(capture: Capture): string {
  if (typeof capture === 'string') return `"${capture}" of the body`;
  return 'json' in capture ? `"${capture.json}" of the body` : `header ${capture.header}`;
}
