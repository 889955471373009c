import { withDeadline } from '@cortex/runtime';
import { openHttpClient, shownUrl } from '@cortex/outbound';
import { z } from 'zod';
import { DurationBelow, keepsTo, PercentBelow } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import { ExpectedStatus } from '../../http/expected-status.ts';
import { fillHeaders, fillText } from '../../http/fill-text.ts';
import { addressOf, clientOptions, headersParam, HttpPath, originParams, RequestBody } from '../../http/http-target.ts';
import { DurationUpTo } from '../../params.ts';
import { fireRequests } from './fire-requests.ts';
import type { Hits } from './fire-requests.ts';
import { percentile } from './percentile.ts';
import { createRequestBudget } from './request-budget.ts';

const Params = z.strictObject({
  endpoint: HttpPath.describe('The path that is asked.'),
  ...originParams,
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).default('GET').describe('The HTTP method.'),
  headers: headersParam,
  body: RequestBody.optional(),
  expected_status: ExpectedStatus.default('2xx'),
  concurrent_requests: z.number().int().min(1).max(200).default(10).describe('Also the most connections at once.'),
  max_requests: z.number().int().min(1).max(20_000).default(500).describe('Requests in all; there are never more.'),
  duration: DurationUpTo('5m')
    .prefault('10s')
    .describe('No request begins later; those under way have another second, within the timeout.'),
  expected_p95_latency: DurationBelow.optional().describe('`<500ms`: for 95 of 100 requests.'),
  expected_error_rate: PercentBelow.prefault('<1%').describe(
    'Answers of another status, and requests without an answer.',
  ),
});
type Params = z.output<typeof Params>;

const lastAnswersMs = 1_000;
const maxBodyBytes = 1_048_576;

/** Spec 2.3. Its load on the target is bounded: requests, connections, time. */
export const performanceBenchmark = defineCheck({
  name: 'performance_benchmark',
  summary: 'An endpoint keeps to its latency and error rate under concurrent requests, which have a budget',
  tier: 'comprehensive',
  params: Params,
  failures: [
    'p95 was … ms, expected …',
    'nothing was answered, expected p95 …',
    '…% of … requests failed, expected … (…)',
  ],
  example: `name: search-benchmark
type: performance_benchmark
service: search
endpoint: /api/v1/search
concurrent_requests: 50
expected_p95_latency: <500ms
expected_error_rate: <0.1%
max_requests: 500`,
  async run(params, context) {
    const url = addressOf(params, params.endpoint, context.facts);
    const filling = { variables: new Map(), redactor: context.redactor };
    const shot = {
      url,
      method: params.method,
      headers: await fillHeaders(params.headers, filling),
      ...(params.body === undefined ? {} : { body: await fillText(params.body, filling) }),
      maxBodyBytes,
      expectedStatus: params.expected_status,
      concurrentRequests: params.concurrent_requests,
    };
    const options = { ...(await clientOptions(params, context)), keepAlive: true };
    const client = openHttpClient({ ...options, connections: params.concurrent_requests });
    const budget = createRequestBudget(params.max_requests);
    const endMs = Math.min(params.duration + lastAnswersMs, 0.9 * context.timeoutMs);
    const issueMs = Math.min(params.duration, Math.max(endMs - lastAnswersMs, endMs / 2));
    const startedAt = performance.now();
    try {
      const hits = await withDeadline(endMs, context.signal, (end) =>
        withDeadline(issueMs, end, (issue) => fireRequests(client, shot, budget, { issue, end })),
      );
      context.signal.throwIfAborted();
      return judge(params, shownUrl(url), hits, { sent: budget.taken, tookMs: performance.now() - startedAt });
    } finally {
      await client.close();
    }
  },
});

function judge(
  params: Params,
  url: string,
  hits: Hits,
  { sent, tookMs }: { readonly sent: number; readonly tookMs: number },
) {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(hits.latenciesMs, percent));
  const errorRate = (100 * hits.errors) / sent;
  const problems: string[] = [];
  const { expected_p95_latency: latency, expected_error_rate: rate } = params;
  if (latency !== undefined && p95 === undefined) problems.push(`nothing was answered, expected p95 ${latency.text}`);
  else if (latency !== undefined && p95 !== undefined && !keepsTo(p95, latency)) {
    problems.push(`p95 was ${rounded(p95)} ms, expected ${latency.text}`);
  }
  if (!keepsTo(errorRate, rate)) {
    const kinds = [...hits.kinds].map(([kind, count]) => `${count}× ${kind}`).join(', ');
    problems.push(`${rounded(errorRate)}% of ${sent} requests failed, expected ${rate.text} (${kinds})`);
  }
  const evidence = {
    url,
    requests: sent,
    errors: hits.errors,
    unfinished: hits.unfinished,
    errorRatePercent: rounded(errorRate),
    requestsPerSecond: rounded((1_000 * sent) / tookMs),
    ...(p50 === undefined || p95 === undefined || p99 === undefined
      ? {}
      : { p50Ms: rounded(p50), p95Ms: rounded(p95), p99Ms: rounded(p99) }),
  };
  if (problems.length > 0) return { passed: false, detail: `${url}: ${problems.join('; ')}`, evidence };
  const shown = p95 === undefined ? '' : `, p95 ${rounded(p95)} ms`;
  return { passed: true, detail: `${url}: ${sent} requests, ${rounded(errorRate)}% failed${shown}`, evidence };
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}
