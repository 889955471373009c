import { HarmLimit, HarmSettings } from '@cortex/contracts';
import { describe, expect, test } from 'vitest';
import { unitKindOf } from '../unit.ts';
import { compileHarm } from './harm-policy.ts';

const services = [{ name: 'shop' }];
const sudden = { ageMs: 0, isGoingOn: false };

function policyOf(
  metric: string,
  {
    unit,
    labels = {},
    service = 'shop',
    ...settings
  }: { unit?: string; labels?: Record<string, string>; service?: string } & Partial<HarmSettings> = {},
) {
  const identity = { service, metric, labels, ...(unit === undefined ? {} : { unit }) };
  return compileHarm(HarmSettings.parse(settings), services)(identity, unitKindOf(metric, unit));
}

const percent = (value: number) => ({ value, unit: 'percent' as const });
const limitOf = (fields: Parameters<typeof HarmLimit.parse>[0]): HarmLimit => HarmLimit.parse(fields);

describe('the harm of spec 5.1, by metric names', () => {
  test.each([
    ['cpu_usage_percent', undefined, 'above 80 %'],
    ['memory_usage_percent', undefined, 'above 80 %'],
    ['disk_usage_percent', undefined, 'above 80 %'],
    ['system_filesystem_utilization', undefined, 'above 80 %'],
    ['memory_available_percent', undefined, 'below 20 %'],
    ['connection_pool_utilization', undefined, 'above 80 %'],
    ['trace_error_ratio', undefined, 'above 5 %'],
    ['http_errors', '%', 'above 5 %'],
    ['checkout_success_ratio', undefined, 'below 95 %'],
    ['trace_duration_p95_seconds', undefined, 'above 2 × normal and above 0.25 s'],
    ['trace_duration_p99_seconds', undefined, 'above 2 × normal and above 1 s'],
    ['latency_ms', undefined, 'above 2 × normal and above 250 ms'],
    ['http_server_request_duration_p95', 's', 'above 2 × normal and above 0.25 s'],
    ['http_server_request_duration_p99', 's', 'above 2 × normal and above 1 s'],
    ['trace_requests_per_second', undefined, 'below 50 % of normal'],
    ['request_rate', undefined, 'below 50 % of normal'],
  ])('%s (%s): %s', (metric, unit, text) => {
    expect(policyOf(metric, unit === undefined ? {} : { unit }).limit?.text).toBe(text);
  });

  test.each([
    // Nothing tells how much of it there is.
    ['process_memory_bytes', {}],
    ['process_cpu_seconds_total_per_second', {}],
    ['latency', {}],
    ['go_threads', {}],
    ['queue_depth', {}],
    ['system_behavior', { unit: 'nats' }],
    // What is not used, and one processor of many.
    ['memory_cached_percent', {}],
    ['memory_free_percent', {}],
    ['system_memory_utilization', { labels: { state: 'cached' } }],
    ['system_cpu_utilization', { labels: { state: 'idle' } }],
    ['system_cpu_utilization', { labels: { cpu: '3' } }],
    // What is logged, failures that become fewer, bytes of a network, one operation of many.
    ['log_error_ratio', {}],
    ['http_request_errors_per_second', {}],
    ['network_traffic_bytes', {}],
    ['trace_requests_per_second', { labels: { operation: 'GET /report' } }],
  ])('nobody has named a harmful value of %s %j', (metric, about) => {
    const { limit, otherwise } = policyOf(metric, about);
    expect(limit).toBeUndefined();
    expect(otherwise).toMatchObject({ kind: 'none', reason: expect.stringContaining(`value of ${metric}`) });
  });

  test('is in the unit of the series', () => {
    expect(policyOf('cpu_utilization').limit?.isBeyond(0.81, undefined, sudden)).toBe(true);
    expect(policyOf('cpu_utilization').limit?.isBeyond(0.79, undefined, sudden)).toBe(false);
    expect(policyOf('cpu_usage_percent').limit?.isBeyond(81, undefined, sudden)).toBe(true);
    const normal = { least: 0.09, greatest: 0.12, isSeasonal: false };
    expect(policyOf('latency_seconds').limit?.isBeyond(0.251, normal, sudden)).toBe(true);
    expect(policyOf('latency_seconds').limit?.isBeyond(0.249, normal, sudden)).toBe(false);
    expect(policyOf('latency_seconds').limit?.isBeyond(0.251, { ...normal, greatest: 0.13 }, sudden)).toBe(false);
    expect(policyOf('latency_seconds').limit?.isBeyond(9, undefined, sudden)).toBe(false);
  });

  test('half of the traffic: of what every algorithm expects, and of more than a request a second', () => {
    const { limit } = policyOf('request_rate');
    const normal = { least: 100, greatest: 140, isSeasonal: false };
    expect(limit?.isBeyond(49, normal, sudden)).toBe(true);
    expect(limit?.isBeyond(51, normal, sudden)).toBe(false);
    expect(limit?.isBeyond(0, { ...normal, least: 0.9 }, sudden)).toBe(false);
  });

  test('traffic that falls slowly is the evening, unless the hours are known', () => {
    const { limit } = policyOf('request_rate');
    const slow = { ageMs: 3_600_000, isGoingOn: false };
    const normal = { least: 100, greatest: 140, isSeasonal: false };
    expect(limit?.isBeyond(40, normal, slow)).toBe(false);
    expect(limit?.isBeyond(40, { ...normal, isSeasonal: true }, slow)).toBe(true);
    expect(limit?.isBeyond(40, normal, { ...slow, isGoingOn: true })).toBe(true);
  });
});

describe('the limits of the configuration', () => {
  const match = { metric: 'cpu_*' };

  test('come first, and the first of them that fits holds', () => {
    const limits = [
      limitOf({ match, above: { value: 5, unit: 'bytes' } }),
      limitOf({ match: { metric: '*', service: 'shop' }, above: percent(95), forMs: 60_000 }),
      limitOf({ match, above: percent(50) }),
    ];
    expect(policyOf('cpu_usage_percent', { limits }).limit).toMatchObject({ text: 'above 95 %', forMs: 60_000 });
  });

  test('may be about any metric, in its own unit', () => {
    const limits = [limitOf({ match: { metric: 'queue_depth' }, above: { value: 500, unit: 'own' } })];
    const { limit } = policyOf('queue_depth', { limits });
    expect([500, 501].map((value) => limit?.isBeyond(value, undefined, sudden))).toEqual([false, true]);
  });

  test('may ask for everything at once', () => {
    const fields = { match, timesNormal: 3, shareOfNormal: undefined, above: percent(60), normalAtLeast: 10 };
    const { limit } = policyOf('cpu_usage_percent', { limits: [limitOf(fields)] });
    const normal = (greatest: number) => ({ least: 1, greatest, isSeasonal: false });
    expect(limit?.isBeyond(70, normal(20), sudden)).toBe(true);
    expect(limit?.isBeyond(70, normal(24), sudden)).toBe(false);
    expect(limit?.isBeyond(59, normal(10), sudden)).toBe(false);
    expect(limit?.isBeyond(70, normal(9), sudden)).toBe(false);
  });

  test('may call a metric harmless', () => {
    const { limit, otherwise } = policyOf('cpu_usage_percent', { limits: [limitOf({ match, isHarmless: true })] });
    expect(limit).toBeUndefined();
    expect(otherwise).toEqual({ kind: 'none', reason: 'the configuration calls cpu_usage_percent harmless' });
  });
});

describe('what nobody has named', () => {
  const stray = { service: 'stray' };
  const limits = [limitOf({ match: { metric: 'cpu_*', service: 'stray' }, above: percent(90) })];

  test('informs: a service that is in no catalogue, whatever it says', () => {
    expect(policyOf('trace_error_ratio', stray)).toEqual({
      limit: undefined,
      otherwise: { kind: 'none', reason: 'stray is in no catalogue (services): what is found there informs' },
    });
  });

  test('is named by a limit of the configuration that is about it', () => {
    expect(policyOf('cpu_usage_percent', { ...stray, limits }).limit?.text).toBe('above 90 %');
    expect(policyOf('trace_error_ratio', { ...stray, limits }).limit).toBeUndefined();
    const anybody = [limitOf({ match: { metric: 'cpu_*' }, above: percent(90) })];
    expect(policyOf('cpu_usage_percent', { ...stray, limits: anybody }).limit).toBeUndefined();
  });

  test('pages by its rarity where the configuration says so; what has a limit is judged by that', () => {
    const unnamed = 'page' as const;
    expect(policyOf('go_threads', { unnamed }).otherwise.kind).toBe('unjudged');
    expect(policyOf('go_threads', { ...stray, unnamed }).otherwise.kind).toBe('unjudged');
    expect(policyOf('cpu_usage_percent', { ...stray, unnamed })).toMatchObject({
      limit: { text: 'above 80 %' },
      otherwise: { kind: 'none' },
    });
  });
});
