import { z } from 'zod';
import { variablesIn } from '../../http/fill-text.ts';
import { headersParam, HttpPath, RequestBody } from '../../http/http-target.ts';
import { expectationParams } from '../../http/judge-response.ts';

export const StepName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -');
const VariableName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a name of small letters, digits and _');
const JsonPath = z.string().min(1).max(256);

/** A variable out of the response. `keep` writes it down for the clean-up after a crash: never keep a secret. */
const Capture = z.union([
  JsonPath,
  z.strictObject({ json: JsonPath, keep: z.boolean().default(false) }),
  z.strictObject({ header: z.string().min(1).max(128), keep: z.boolean().default(false) }),
]);
export type Capture = z.output<typeof Capture>;

/** Secrets never stand in a path: it is logged everywhere. */
const StepPath = HttpPath.refine((path) => !/\{\{ ?(env:|file:)/.test(path), 'must not hold a secret');

export const StepRequest = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    path: StepPath,
    headers: headersParam,
    body: RequestBody.optional(),
    /** The body as YAML, sent as JSON. */
    json_body: z.json().optional(),
    ...expectationParams,
    /** Default: 2xx; of a clean-up also 404 and 410, for there may be nothing left to clean. */
    expected_status: expectationParams.expected_status.unwrap().optional(),
    /** Variables for later steps, by name: a path in the JSON body such as `user.id`, or a header. */
    capture: z.record(VariableName, Capture).default({}),
    /** The step, or steps, that this one cleans up after: it runs at the end in any case. */
    cleans: z.union([StepName, z.array(StepName).min(1).max(32)]).optional(),
  })
  .refine(({ body, json_body }) => body === undefined || json_body === undefined, {
    message: 'say body or json_body, not both',
    path: ['json_body'],
  });
export type StepRequest = z.output<typeof StepRequest>;

export function isKept(capture: Capture): boolean {
  return typeof capture === 'object' && capture.keep;
}

export function cleanedBy(request: Pick<StepRequest, 'cleans'>): readonly string[] {
  return request.cleans === undefined ? [] : [request.cleans].flat();
}

/** Every variable that a request needs before it can be sent. */
export function variablesOf(request: Pick<StepRequest, 'path' | 'headers' | 'body' | 'json_body'>): readonly string[] {
  const texts = [
    request.path,
    ...Object.values(request.headers),
    request.body ?? '',
    JSON.stringify(request.json_body ?? ''),
  ];
  return [...new Set(texts.flatMap(variablesIn))];
}
