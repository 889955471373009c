import { describe, expect, it } from 'vitest';
import { compileCondition } from './compile-condition.ts';
import type { ConditionValues, ConditionVerdict } from './compile-condition.ts';
import { ConditionError } from './condition-error.ts';

function verdictOf(text: string, values: ConditionValues): ConditionVerdict {
  return compileCondition(text).evaluate(values).verdict;
}

describe('conditions as the specification writes them', () => {
  const cases: readonly (readonly [string, ConditionValues, ConditionVerdict])[] = [
    ['disk_usage_percent > 85', { disk_usage_percent: 86 }, 'true'],
    ['disk_usage_percent > 85', { disk_usage_percent: 85 }, 'false'],
    ['disk_usage_percent < 75', { disk_usage_percent: 74.9 }, 'true'],
    ['cpu_usage: <80%', { cpu_usage: 79 }, 'true'],
    ['cpu_usage:<80%', { cpu_usage: 80 }, 'false'],
    ['cpu_usage < 80 %', { cpu_usage: 12 }, 'true'],
    ['memory_available: >100MB', { memory_available: 100_000_001 }, 'true'],
    ['disk_free > 1GB', { disk_free: 1e9 }, 'false'],
    ['disk_free >= 1GiB', { disk_free: 1_073_741_824 }, 'true'],
    ['error_rate < 0.1%', { error_rate: 0.05 }, 'true'],
    ['error_rate < 0.1%', { error_rate: 0.1 }, 'false'],
    ['p95_latency < 500ms', { p95_latency: 499 }, 'true'],
    ['expiry > 30_days', { expiry: 31 * 86_400_000 }, 'true'],
    ['age < 7_days', { age: 8 * 86_400_000 }, 'false'],
    ['replication_lag < 10s', { replication_lag: 9_999 }, 'true'],
    ['replica_healthy: true', { replica_healthy: true }, 'true'],
    ['remediation_attempts >= 3', { remediation_attempts: 3 }, 'true'],
    ['affected_services > initial_count * 2', { affected_services: 5, initial_count: 2 }, 'true'],
    [
      'time_since_detection > 1h AND state == "degraded"',
      { time_since_detection: 3_600_001, state: 'degraded' },
      'true',
    ],
    ['customer_reports > 10 OR vip_customer_affected', { customer_reports: 3, vip_customer_affected: true }, 'true'],
    ['security_alert == true', { security_alert: false }, 'false'],
    ['"x" in failing_checks', { failing_checks: ['w', 'x'] }, 'true'],
    ['"x" IN failing_checks', { failing_checks: [] }, 'false'],
    ['health_state in ["UNHEALTHY", "CRITICAL"]', { health_state: 'CRITICAL' }, 'true'],
    ['size(failing_checks) > 1', { failing_checks: ['a', 'b'] }, 'true'],
    ['anomaly_metric.startsWith("disk")', { anomaly_metric: 'disk_usage_percent' }, 'true'],
  ];
  it.each(cases)('%s with %j is %s', (text, values, verdict) => {
    expect(verdictOf(text, values)).toBe(verdict);
  });
});

describe('precedence', () => {
  it('binds NOT before AND before OR', () => {
    const text = 'a OR b AND NOT c';
    expect(verdictOf(text, { a: false, b: true, c: false })).toBe('true');
    expect(verdictOf(text, { a: false, b: true, c: true })).toBe('false');
    expect(verdictOf(text, { a: true, b: false, c: true })).toBe('true');
    expect(compileCondition(text).cel).toBe('a || (b && !(c))');
  });

  it('lets NOT negate the whole comparison', () => {
    expect(verdictOf('NOT a > 5', { a: 4 })).toBe('true');
    expect(verdictOf('!(a > 5) && not b', { a: 4, b: false })).toBe('true');
  });

  it('multiplies before it adds, and honours parentheses', () => {
    expect(verdictOf('a + b * 2 == 7', { a: 1, b: 3 })).toBe('true');
    expect(verdictOf('(a + b) * 2 == 8', { a: 1, b: 3 })).toBe('true');
    expect(verdictOf('a - b - 1 == 0', { a: 3, b: 2 })).toBe('true');
    expect(verdictOf('-a < -1', { a: 2 })).toBe('true');
  });
});

describe('missing data', () => {
  it('is no_data, never false, and names what is missing', () => {
    expect(compileCondition('a > 5 AND b < 3').evaluate({ a: 6 })).toEqual({ verdict: 'no_data', missing: ['b'] });
    expect(compileCondition('NOT a > 5').evaluate({})).toEqual({ verdict: 'no_data', missing: ['a'] });
    expect(compileCondition('a != 5').evaluate({ a: undefined })).toEqual({ verdict: 'no_data', missing: ['a'] });
  });

  it('does not hide an answer that the rest decides', () => {
    expect(compileCondition('a OR b').evaluate({ a: true })).toEqual({ verdict: 'true', missing: [] });
    expect(compileCondition('a OR b').evaluate({ b: true })).toEqual({ verdict: 'true', missing: [] });
    expect(compileCondition('a AND b').evaluate({ b: false })).toEqual({ verdict: 'false', missing: [] });
  });

  it('includes NaN, values of the wrong kind and division by zero', () => {
    expect(verdictOf('a > 5', { a: Number.NaN })).toBe('no_data');
    expect(compileCondition('a > 5').evaluate({ a: 'high' })).toEqual({ verdict: 'no_data', missing: ['a'] });
    expect(verdictOf('flag', { flag: 'yes' })).toBe('no_data');
    expect(verdictOf('"x" in a', { a: 'xyz' })).toBe('no_data');
    expect(verdictOf('errors / requests < 0.1', { errors: 0, requests: 0 })).toBe('no_data');
    expect(verdictOf('errors / requests > 0.1', { errors: 3, requests: 0 })).toBe('no_data');
    expect(verdictOf('1 / 0 > 1 AND true', {})).toBe('no_data');
  });

  it('does not find inherited properties', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(verdictOf(`${name} == 1`, {})).toBe('no_data');
      expect(verdictOf(`${name} == 1`, { [name]: 1 })).toBe('true');
    }
    expect(verdictOf('__proto__ == 1', {})).toBe('no_data');
  });
});

describe('names', () => {
  it('may be dotted or coloned, or words that CEL keeps for itself', () => {
    const condition = compileCondition('system.cpu.utilization > 80% AND job:errors:rate5m < 1 AND type == "disk"');
    expect(condition.variables).toEqual(['system.cpu.utilization', 'job:errors:rate5m', 'type']);
    expect(condition.cel).toBe(
      'values["system.cpu.utilization"] > 80.0 && values["job:errors:rate5m"] < 1.0 && values["type"] == "disk"',
    );
    const values = { 'system.cpu.utilization': 90, 'job:errors:rate5m': 0, type: 'disk' };
    expect(condition.evaluate(values).verdict).toBe('true');
    expect(
      verdictOf('namespace == "a" AND values > 1 AND duration > 5m', { namespace: 'a', values: 2, duration: 3e5 + 1 }),
    ).toBe('true');
  });

  it('are listed once, in order of appearance', () => {
    expect(compileCondition('b > 1 OR a > 1 OR b > 2').variables).toEqual(['b', 'a']);
  });

  it('are checked against a list when there is one', () => {
    const options = { variables: ['health_state', 'failing_checks'] };
    expect(compileCondition('health_state == "CRITICAL"', options).variables).toEqual(['health_state']);
    const error = errorOf('heath_state == "CRITICAL"', options.variables);
    expect(error).toMatchObject({ position: 0, cause: 'unknown variable "heath_state"' });
    expect(error.fix).toContain('did you mean health_state?');
    expect(errorOf('health_state == CRITICAL', options.variables).fix).toContain('"CRITICAL"');
  });
});

describe('wrong conditions', () => {
  const cases: readonly (readonly [string, number, string, string])[] = [
    ['', 0, 'empty', 'cpu_usage > 80%'],
    ['a >', 3, 'too early', 'complete it'],
    ['a = 5', 2, 'single "="', '=='],
    ['a > 5 b', 6, '"b" is not expected', 'AND or OR'],
    ['1 < a < 5', 6, 'do not chain', 'AND'],
    ['a > 5parsecs', 5, 'unknown unit "parsecs"', '30_days'],
    ['a > "x', 4, 'does not end', 'close it'],
    ['a matches "x"', 2, '"matches" is not expected', 'AND'],
    ['a.matches("^(a+)+$")', 0, 'matches() is not allowed', 'startsWith'],
    ['matches(a, "x")', 0, 'matches() is not allowed', 'startsWith'],
    ['timestamp("x") > 5', 0, 'unknown function "timestamp"', 'size'],
    ['(a > 5', 6, '")" is missing', 'add ")"'],
    ['a > 5)', 5, '")" is not expected', 'AND'],
    ['a + 1', 2, 'a value stands where', 'compare it'],
    ['5', 0, 'a value stands where', 'compare it'],
    ['(a > 5) > 3', 3, 'a condition stands where', 'AND, OR'],
    ['"a" > 5', 4, 'cannot be compared', 'texts with =='],
    ['a in []', 5, 'empty list', 'at least one'],
    ['a in [1, "b"]', 5, 'mixes', 'one kind'],
    ['a in [b]', 6, 'plain values', '["a", "b"]'],
    ['a.startsWith(b)', 13, 'takes a text', 'startsWith("...")'],
    ['size(5) > 1', 5, 'name of a list', 'size(failing_checks)'],
    ['accuracy < 90% for 1_hour', 15, '"for" is not part', 'duration'],
    ['a > 5 % 2', 8, '"2" is not expected', 'AND'],
    ['%a', 0, '"%" without a number', 'percentage first'],
    ['a > 5; b', 5, 'unexpected ";"', 'AND'],
    ['a > 1e999', 4, 'too large', 'smaller'],
  ];
  it.each(cases)('%s fails at character %i', (text, position, cause, fix) => {
    const error = errorOf(text);
    expect(error.code).toBe('CORTEX_CONDITION_INVALID');
    expect(error.position).toBe(position);
    expect(error.cause).toContain(cause);
    expect(error.fix).toContain(fix);
  });

  it('are bounded in length, words and depth', () => {
    expect(errorOf(`a > ${'1'.repeat(1_000)}`).cause).toContain('longer than 1000');
    expect(errorOf(Array.from({ length: 90 }, () => 'a<1').join(' OR ')).cause).toContain('more than 256');
    expect(errorOf(`${'('.repeat(30)}a${')'.repeat(30)}`).cause).toContain('nested deeper');
    expect(errorOf(`${'NOT '.repeat(30)}a`).cause).toContain('nested deeper');
    expect(errorOf(`a > ${'-'.repeat(30)}1`).cause).toContain('nested deeper');
  });
});

function errorOf(text: string, variables?: readonly string[]): ConditionError {
  try {
    compileCondition(text, variables === undefined ? {} : { variables });
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
  throw new Error(`compiled: ${text}`);
}
