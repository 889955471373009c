import { freePort } from '@cortex/testing';
import { expect, test } from 'vitest';
import { runOf } from './test/run-of.ts';

test.each([
  ['http_endpoint', 'shallow', { path: '/' }],
  ['api_dependency', 'deep', { endpoint: '/' }],
  ['cache_functionality', 'deep', { type: 'redis' }],
  ['cache_functionality', 'deep', { type: 'memcached' }],
  ['message_queue', 'deep', { type: 'rabbitmq' }],
  ['message_queue', 'deep', { type: 'nats' }],
] as const)('%s (%s) with %j asks the port of the instance', async (type, tier, params) => {
  const port = await freePort();
  const outcome = await runOf(type, tier)(params, { facts: { port } });
  expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining(`127.0.0.1:${port}`) });
});
