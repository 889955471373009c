import { Agent, interceptors, request } from 'undici';
import { z } from 'zod';
import { causeOf } from '../cause-of.ts';
import { defineCheck } from '../define-check.ts';
import { Host, Port } from '../params.ts';
import { readBounded } from '../read-bounded.ts';

const Status = z.number().int().min(100).max(599);

const Params = z
  .strictObject({
    /** The whole address, instead of `scheme`, `host`, `port` and `path`. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    scheme: z.enum(['http', 'https']).default('http'),
    /** Default: the host of the instance. */
    host: Host.optional(),
    port: Port.optional(),
    path: z.string().startsWith('/').default('/'),
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).default('GET'),
    headers: z.record(z.string().min(1), z.string()).default({}),
    body: z.string().max(65_536).optional(),
    expected_status: z.union([Status, z.array(Status).min(1)]).default(200),
    body_contains: z.string().min(1).optional(),
    /** Response headers by name: text that the value must contain, or `true` for any value. */
    expected_headers: z.record(z.string().min(1), z.union([z.literal(true), z.string().min(1)])).default({}),
    /** Redirects to follow. 0 judges the redirect itself. */
    follow_redirects: z.number().int().min(0).max(10).default(0),
    /** As much of the body as is read, looking for `body_contains`. */
    max_body_bytes: z.number().int().positive().max(16_777_216).default(262_144),
  })
  .refine((params) => params.url !== undefined || params.port !== undefined, {
    message: 'say url, or port (with host and path)',
    path: ['url'],
  });

type Params = z.output<typeof Params>;

/** Spec 2.1. A fresh connection each time: a pooled one would not notice that nobody accepts any more. */
export const httpEndpoint = defineCheck({
  name: 'http_endpoint',
  summary: 'An HTTP endpoint answers with the expected status, headers and body',
  tier: 'shallow',
  params: Params,
  async run(params, { facts, signal }) {
    const url = urlOf(params, facts.host);
    const agent = new Agent({ connections: 1, pipelining: 0, maxResponseSize: -1, connect: { timeout: 0 } });
    const startedAt = performance.now();
    try {
      const response = await request(url, {
        dispatcher: agent.compose(interceptors.redirect({ maxRedirections: params.follow_redirects })),
        method: params.method,
        headers: { 'user-agent': 'cortex-health-check', ...params.headers },
        ...(params.body === undefined ? {} : { body: params.body }),
        signal,
        reset: true,
      });
      const problems = [
        ...statusProblems(params, response.statusCode),
        ...headerProblems(params, response.headers),
        ...(await bodyProblems(params, response.body)),
      ];
      const latencyMs = Math.round(performance.now() - startedAt);
      const evidence = { url, status: response.statusCode, latencyMs };
      if (problems.length > 0) return { passed: false, detail: `${url}: ${problems.join('; ')}`, evidence };
      return { passed: true, detail: `${url} answered ${response.statusCode} in ${latencyMs} ms`, evidence };
    } catch (error) {
      if (signal.aborted) throw error;
      return { passed: false, detail: `${url}: ${causeOf(error)}`, evidence: { url } };
    } finally {
      // Also cuts off a body that was not wanted.
      await agent.destroy();
    }
  },
});

function urlOf(params: Params, instanceHost: string): string {
  if (params.url !== undefined) return params.url;
  const host = params.host ?? instanceHost;
  return `${params.scheme}://${host.includes(':') ? `[${host}]` : host}:${params.port}${params.path}`;
}

function statusProblems(params: Params, status: number): readonly string[] {
  const expected = [params.expected_status].flat();
  return expected.includes(status) ? [] : [`answered ${status}, expected ${expected.join(' or ')}`];
}

function headerProblems(
  params: Params,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): readonly string[] {
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(params.expected_headers)) {
    const found = headers[name.toLowerCase()];
    if (found === undefined) problems.push(`header ${name} is missing`);
    else if (expected !== true && !String(found).includes(expected)) {
      problems.push(`header ${name} is "${String(found)}", expected to contain "${expected}"`);
    }
  }
  return problems;
}

async function bodyProblems(params: Params, body: AsyncIterable<Buffer>): Promise<readonly string[]> {
  if (params.body_contains === undefined) return [];
  const { text, isWhole } = await readBounded(body, params.max_body_bytes);
  if (text.includes(params.body_contains)) return [];
  const where = isWhole ? 'the body' : `the first ${params.max_body_bytes} bytes of the body`;
  return [`"${params.body_contains}" is not in ${where}`];
}
