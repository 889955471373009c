import { expect, test } from 'vitest';
import fc from 'fast-check';
import { healthBucket } from '../buckets/state.ts';
import { checkData, upgradeData } from '../define-event.ts';
import { healthChanged, healthChecked } from './health.ts';

const target = { service: 'shop', instance: 'shop-1' };
const about = {
  check: 'web',
  type: 'http_endpoint',
  tier: 'shallow',
  target,
  attempts: 4,
  durationMs: 100,
  detail: 'it is as it is',
  observedAt: '2026-01-05T00:00:00.000Z',
};

test.each([
  [
    'a pass',
    { passed: true, evidence: { status: 200, outcome: 'pass' } },
    { result: 'pass', evidence: { status: 200 } },
  ],
  ['a failure', { passed: false, evidence: { outcome: 'fail' } }, { result: 'fail', evidence: {} }],
  ['a timeout', { passed: false, evidence: { outcome: 'timeout' } }, { result: 'timeout', evidence: {} }],
  [
    'an error',
    { passed: false, evidence: { outcome: 'error', code: 'X' } },
    { result: 'error', evidence: { code: 'X' } },
  ],
  ['a failure that does not say how', { passed: false, evidence: {} }, { result: 'fail', evidence: {} }],
  ['a failure without evidence', { passed: false }, { result: 'fail', evidence: {} }],
  [
    'a pass whose evidence says otherwise',
    { passed: true, evidence: { outcome: 'error' } },
    { result: 'pass', evidence: {} },
  ],
])('%s of version 1 is one of version 2', (_name, before, after) => {
  const upgraded = upgradeData(healthChecked, 1, { ...about, ...before });
  expect(checkData(healthChecked, upgraded?.data).data).toEqual({ ...about, ...after });
});

const change = {
  target,
  from: 'HEALTHY',
  to: 'DEGRADED',
  since: '2026-01-05T00:00:00.000Z',
  failing: [{ ...about, passed: false }],
  flapping: false,
  reason: 'web fails',
};
const changeNow = { ...change, dependenciesDown: [], failing: [{ ...about, result: 'fail' }] };

test('a change of health of version 1 is one of version 2', () => {
  expect(checkData(healthChanged, upgradeData(healthChanged, 1, change)?.data).data).toEqual(changeNow);
});

test('a health record of version 1 is upgraded, and a present one is read unchanged', () => {
  const record = { target, state: 'DEGRADED', since: change.since, flapping: false, memory: {} };
  expect(healthBucket.value.parse(record)).toEqual(record);
  expect(healthBucket.value.parse({ ...record, change })).toEqual({ ...record, change: changeNow });
  expect(healthBucket.value.parse({ ...record, change: changeNow })).toEqual({ ...record, change: changeNow });
});

test('no unknown earlier or later version is read', () => {
  for (const version of [-1, 0, 0.5, 3, 99, Number.NaN, Infinity]) {
    expect(upgradeData(healthChecked, version, {})).toBeUndefined();
  }
});

test('no data of version 1 makes an upgrade throw, or is wrongly read as a result', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      expect(checkData(healthChecked, upgradeData(healthChecked, 1, data)?.data).success).toBe(false);
      expect(checkData(healthChanged, upgradeData(healthChanged, 1, data)?.data).success).toBe(false);
      expect(healthBucket.value.safeParse(data).success).toBe(false);
    }),
  );
});
