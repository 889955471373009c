import { formatDuration } from '@cortex/conditions';
import type { HttpResponse } from '@cortex/outbound';
import { z } from 'zod';
import { DurationAbove, keepsTo } from '../../bound.ts';
import type { Bound } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import { answerFailures, connectionFailures } from '../../failures.ts';
import { askOnce } from '../../http/ask-once.ts';
import { addressOf, headersParam, HttpPath, originParams, RequestBody, urlParam } from '../../http/http-target.ts';
import { expectationParams } from '../../http/judge-response.ts';

const Params = z
  .strictObject({
    url: urlParam.describe('The whole address, instead of `scheme`, `host`, `port` and `path`.'),
    ...originParams,
    path: HttpPath.default('/').describe('The path that is asked.'),
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).default('GET').describe('The HTTP method.'),
    headers: headersParam,
    body: RequestBody.optional(),
    ...expectationParams,
    tls_expiry: DurationAbove.optional().describe('How long the certificate must still hold.'),
    follow_redirects: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('Redirects to follow. 0 judges the redirect itself.'),
  })
  .refine(
    ({ url, tls_expiry, scheme }) => tls_expiry === undefined || (url?.startsWith('https:') ?? scheme === 'https'),
    {
      message: 'needs https',
      path: ['tls_expiry'],
    },
  );

/** Spec 2.1. A fresh connection each time: a reused one would not show that the server accepts no new ones. */
export const httpEndpoint = defineCheck({
  name: 'http_endpoint',
  summary: 'An HTTP endpoint answers with the expected status, headers and body',
  tier: 'shallow',
  params: Params,
  failures: [
    ...connectionFailures,
    ...answerFailures,
    'the certificate expires …, in …, expected …',
    'the answer came without a certificate',
  ],
  example: `name: shop-http
type: http_endpoint
service: shop
method: GET
path: /health
expected_status: 200
timeout: 100ms`,
  run(params, context) {
    const url = params.url ?? addressOf(params, params.path, context.facts);
    const expiry = params.tls_expiry;
    return askOnce(url, params, context, (response) => (expiry === undefined ? [] : expiryProblems(expiry, response)));
  },
});

function expiryProblems(bound: Bound, { certificateExpiresAt }: HttpResponse): readonly string[] {
  if (certificateExpiresAt === undefined) return ['the answer came without a certificate'];
  const leftMs = certificateExpiresAt.getTime() - Date.now();
  if (keepsTo(leftMs, bound)) return [];
  const when = certificateExpiresAt.toISOString();
  return [`the certificate expires ${when}, in ${formatDuration(leftMs)}, expected ${bound.text}`];
}
