import { z } from 'zod';
import { CountBound, keepsTo, PercentBelow } from '../../bound.ts';
import { defineCheck } from '../../define-check.ts';
import { connectionFailures } from '../../failures.ts';
import { instanceAddress } from '../../instance-address.ts';
import { AbsolutePath, Host, Port, SecretReference } from '../../params.ts';
import { CacheAction, runCacheSteps } from './actions.ts';
import { CacheError } from './cache-client.ts';
import type { CacheClient, CacheState } from './cache-client.ts';
import { connectMemcached } from './memcached-client.ts';
import { connectRedis } from './redis-client.ts';

const usualActions = ['SET health_check_key test_value', 'GET health_check_key', 'DEL health_check_key'];
const usualPorts = { redis: 6379, memcached: 11_211 } as const;

const Params = z
  .strictObject({
    type: z.enum(['redis', 'memcached']).describe('What answers there.'),
    host: Host.optional().describe('Default: the host of the instance.'),
    port: Port.optional().describe('Default: the port of the instance, else 6379 for redis, 11211 for memcached.'),
    connection: SecretReference.optional().describe(
      'Redis only, in place of host and port: redis://user:password@host:port/0, or rediss://, by reference.',
    ),
    ca_file: AbsolutePath.optional().describe(
      'With rediss://: a file with the certificate authorities (PEM) to trust, instead of the well-known ones.',
    ),
    actions: z
      .array(CacheAction)
      .min(1)
      .max(20)
      .optional()
      .describe('Default: set, get and delete a key of its own; PING when a replica is expected.'),
    expected_role: z
      .enum(['primary', 'replica'])
      .optional()
      .describe('Redis only. A replica must also hear from its primary.'),
    memory: PercentBelow.optional().describe("`<90%` of the cache's limit; of the machine's memory, when it has none."),
    evictions: CountBound.optional().describe('`=0`: keys thrown out for want of memory since the cache was started.'),
  })
  .refine(({ connection, host, port }) => connection === undefined || (host === undefined && port === undefined), {
    path: ['connection'],
    message: 'say either connection, or host and port',
  })
  .refine(({ connection, ca_file }) => ca_file === undefined || connection !== undefined, {
    path: ['ca_file'],
    message: 'needs a connection that begins with rediss://',
  })
  .refine(({ type, connection, expected_role: role }) => type === 'redis' || (connection ?? role) === undefined, {
    path: ['type'],
    message: 'memcached has neither credentials nor roles: leave out connection and expected_role',
  });
type Params = z.output<typeof Params>;

/** Spec 2.2. Writes under a key that is unique to the run and expires; reads and deletes no other key. */
export const cacheFunctionality = defineCheck({
  name: 'cache_functionality',
  summary: 'A cache stores, gives back and deletes a key of its own, and keeps to role, memory and evictions',
  tier: 'deep',
  params: Params,
  failures: [
    ...connectionFailures,
    'the cache said …',
    '…: gave …, expected …',
    '…: the key had gone already',
    'it is a …, expected …',
    'the replica does not hear from its primary',
    '…% of … bytes are in use, expected …',
    '… keys were evicted, expected …',
  ],
  example: `name: shop-cache
type: cache_functionality
service: shop
actions:
  - SET health_check_key test_value
  - GET health_check_key
  - DEL health_check_key
memory: <90%
timeout: 1s
params:
  type: redis
  connection: env:SHOP_CACHE_URL`,
  async run(params, { facts, signal, outbound, redactor }) {
    const { host, port = usualPorts[params.type] } = instanceAddress(params, facts);
    const place = params.connection === undefined ? `${host}:${port}` : params.connection;
    const startedAt = performance.now();
    let client: CacheClient | undefined;
    try {
      client =
        params.type === 'redis'
          ? await connectRedis(
              { host, port, connection: params.connection, caFile: params.ca_file, outbound, redactor },
              signal,
            )
          : await connectMemcached({ host, port, outbound }, signal);
      const problems = [await runCacheSteps(client, params.actions ?? defaultActions(params))].flatMap(
        (one) => one ?? [],
      );
      const needsState = [params.expected_role, params.memory, params.evictions].some((limit) => limit !== undefined);
      const state = needsState ? await client.state() : undefined;
      if (state !== undefined) problems.push(...problemsOf(state, params));
      const latencyMs = Math.round(performance.now() - startedAt);
      const detail = problems.length > 0 ? problems.join('; ') : `answered in ${latencyMs} ms`;
      return {
        passed: problems.length === 0,
        detail: `${params.type} at ${place}: ${detail}`,
        evidence: { latencyMs, ...state },
      };
    } catch (error) {
      if (signal.aborted || !(error instanceof CacheError)) throw error;
      return { passed: false, detail: `${params.type} at ${place}: ${error.message}`, evidence: {} };
    } finally {
      client?.close();
    }
  },
});

function defaultActions({ expected_role }: Params) {
  return z.array(CacheAction).parse(expected_role === 'replica' ? ['PING'] : usualActions);
}

function problemsOf(state: CacheState, { expected_role, memory, evictions }: Params): readonly string[] {
  const problems: string[] = [];
  if (expected_role !== undefined && state.role !== expected_role) {
    problems.push(`it is a ${state.role}, expected ${expected_role}`);
  } else if (expected_role === 'replica' && state.isLinked === false) {
    problems.push('the replica does not hear from its primary');
  }
  const percent = (100 * state.usedBytes) / state.limitBytes;
  if (memory !== undefined && !keepsTo(percent, memory)) {
    problems.push(`${percent.toFixed(1)}% of ${state.limitBytes} bytes are in use, expected ${memory.text}`);
  }
  if (evictions !== undefined && !keepsTo(state.evictions, evictions)) {
    problems.push(`${state.evictions} keys were evicted, expected ${evictions.text}`);
  }
  return problems;
}
