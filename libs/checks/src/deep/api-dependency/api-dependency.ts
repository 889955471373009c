import { z } from 'zod';
import { defineCheck } from '../../define-check.ts';
import { answerFailures, connectionFailures } from '../../failures.ts';
import { askOnce } from '../../http/ask-once.ts';
import { addressOf, headersParam, HttpPath, originParams, RequestBody } from '../../http/http-target.ts';
import { expectationParams } from '../../http/judge-response.ts';

const Params = z.strictObject({
  endpoint: HttpPath.describe('The path that is asked.'),
  ...originParams,
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).default('GET').describe('The HTTP method.'),
  headers: headersParam,
  body: RequestBody.optional(),
  ...expectationParams,
  expected_status: expectationParams.expected_status.unwrap().default('2xx'),
});

/** Spec 2.2. Unlike http_endpoint it judges the content of the response, not only its existence. */
export const apiDependency = defineCheck({
  name: 'api_dependency',
  summary: 'An API that others depend on answers, and says that it works',
  tier: 'deep',
  params: Params,
  failures: [...connectionFailures, ...answerFailures],
  example: `name: authentication-api
type: api_dependency
service: authentication_service
endpoint: /api/v1/health/deep
json: status == "UP" AND db.latency_ms < 50
timeout: 3s
retry: 1`,
  run(params, context) {
    const url = addressOf(params, params.endpoint, context.facts);
    return askOnce(url, { ...params, follow_redirects: 0 }, context);
  },
});
