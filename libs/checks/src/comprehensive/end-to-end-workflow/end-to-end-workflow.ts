import { openHttpClient } from '@cortex/outbound';
import { defineCheck } from '../../define-check.ts';
import { answerFailures, connectionFailures } from '../../failures.ts';
import { clientOptions } from '../../http/http-target.ts';
import { WorkflowParams } from './params.ts';
import { runWorkflow } from './run-workflow.ts';

/** Spec 2.3. What it creates is cleaned up: after a failed step, a timeout, and, where leftovers are kept, a crash. */
export const endToEndWorkflow = defineCheck({
  name: 'end_to_end_workflow',
  summary: 'Named steps over HTTP succeed one after another, and what they created is cleaned up',
  tier: 'comprehensive',
  params: WorkflowParams,
  failures: [
    'step …: …',
    'clean-up …: …',
    'not begun: left by run …: …: …',
    'not begun before the time was up',
    'no answer before the time was up',
    '… cannot be captured: … has no usable value',
    'could not run: … was never captured',
    ...connectionFailures,
    ...answerFailures,
  ],
  example: `name: signup
type: end_to_end_workflow
service: accounts
description: Simulate user signup flow
steps: [create_test_user, login, cleanup_test_user]
requests:
  create_test_user:
    method: POST
    path: /users
    json_body: { email: 'probe-{{run.id}}@example.test', password: env:PROBE_PASSWORD }
    expected_status: 201
    capture: { user_id: { json: id, keep: true } }
  login:
    method: POST
    path: /login
    json_body: { user: '{{user_id}}', password: env:PROBE_PASSWORD }
    json: active == true
    capture: { token: token }
  cleanup_test_user:
    method: DELETE
    path: /users/{{user_id}}
    headers: { authorization: 'Bearer {{env:PROBE_ADMIN_TOKEN}}' }
    cleans: create_test_user
timeout: 15s`,
  async run(params, context) {
    // A connection for each request, because a load balancer may send the clean-up to another server.
    const client = openHttpClient(await clientOptions(params, context));
    try {
      return await runWorkflow({ params, context, client, variables: new Map() });
    } finally {
      await client.close();
    }
  },
});
