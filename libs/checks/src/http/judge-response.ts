import type { HttpResponse } from '@cortex/outbound';
import { z } from 'zod';
import { ExpectedStatus, statusProblems } from './expected-status.ts';
import { JsonConditions, jsonProblems } from './json-conditions.ts';

/** The expectations about a response. */
export const expectationParams = {
  expected_status: ExpectedStatus.default(200),
  body_contains: z.string().min(1).max(4_096).optional().describe('Text that must be in the body.'),
  json: JsonConditions.optional().describe('Conditions that must hold for the body: `db.latency_ms < 50`.'),
  expected_headers: z
    .record(z.string().min(1).max(128), z.union([z.literal(true), z.string().min(1).max(4_096)]))
    .default({})
    .describe('Response headers by name: text that the value must contain, or `true` for any value.'),
  max_body_bytes: z
    .number()
    .int()
    .positive()
    .max(16_777_216)
    .default(262_144)
    .describe('As much of the body as is read, looking for what it must contain.'),
};

export interface Expectation {
  readonly expected_status: ExpectedStatus;
  readonly body_contains?: string | undefined;
  readonly json?: JsonConditions | undefined;
  readonly expected_headers: Readonly<Record<string, string | true>>;
  readonly max_body_bytes: number;
}

/** How much of the body must be read: none of it, when nothing is expected of it. */
export function bodyBytesNeeded(expected: Expectation): number {
  return expected.body_contains === undefined && expected.json === undefined ? 0 : expected.max_body_bytes;
}

/** Everything about a response that is not as expected. */
export function responseProblems(expected: Expectation, response: HttpResponse): readonly string[] {
  return [
    ...statusProblems(expected.expected_status, response.status),
    ...headerProblems(expected, response.headers),
    ...containsProblems(expected, response),
    ...(expected.json === undefined ? [] : parsedProblems(expected, response)),
  ];
}

/** The JSON of a body, or why it is not JSON. */
export function parseBody({ body, isWhole }: Pick<HttpResponse, 'body' | 'isWhole'>) {
  if (!isWhole)
    return { ok: false, problem: `the body is longer than the ${body.length} characters that are read` } as const;
  try {
    return { ok: true, value: JSON.parse(body) as unknown } as const;
  } catch {
    return { ok: false, problem: 'the body is not JSON' } as const;
  }
}

function headerProblems(expected: Expectation, headers: HttpResponse['headers']): readonly string[] {
  return Object.entries(expected.expected_headers).flatMap(([name, wanted]) => {
    const key = name.toLowerCase();
    const found = Object.hasOwn(headers, key) ? headers[key] : undefined;
    if (found === undefined) return [`header ${name} is missing`];
    if (wanted === true || String(found).includes(wanted)) return [];
    return [`header ${name} is "${String(found)}", expected to contain "${wanted}"`];
  });
}

function containsProblems(expected: Expectation, { body, isWhole }: HttpResponse): readonly string[] {
  const { body_contains: wanted } = expected;
  if (wanted === undefined || body.includes(wanted)) return [];
  const where = isWhole ? 'the body' : `the first ${expected.max_body_bytes} bytes of the body`;
  return [`"${wanted}" is not in ${where}`];
}

function parsedProblems(expected: Expectation, response: HttpResponse): readonly string[] {
  const parsed = parseBody(response);
  return parsed.ok ? jsonProblems(expected.json, parsed.value) : [parsed.problem];
}
