import { expect, test } from 'vitest';
import { describeRecovery } from './recovery.ts';

const expected = { minPercent: 5, maxPercent: 10 };

test.each([
  [expected, 3, 'recovered 3%, less than the expected 5-10%'],
  [expected, 0.04, 'recovered 0%, less than the expected 5-10%'],
  [expected, 5, 'recovered 5%, expected 5-10%'],
  [expected, 12.34, 'recovered 12.3%, expected 5-10%'],
  [expected, undefined, 'expected to recover 5-10%, not measured'],
  [{ minPercent: 5, maxPercent: 5 }, 1, 'recovered 1%, less than the expected 5%'],
])('of %j, %s percent: %s', (range, recovered, text) => {
  expect(describeRecovery(range, recovered)).toBe(text);
});
