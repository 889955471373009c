import { DetectionRule } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { builtinRules, ruleFor } from './rule-for.ts';

test('the first rule that matches wins, and the default applies where none does', () => {
  const rules = [
    DetectionRule.parse({ match: { metric: 'cpu_*', service: 'shop' }, openAfter: 7 }),
    DetectionRule.parse({ match: { metric: '*' }, openAfter: 9 }),
  ];
  expect(ruleFor(rules, { service: 'shop', metric: 'cpu_usage' }).openAfter).toBe(7);
  expect(ruleFor(rules, { service: 'other', metric: 'cpu_usage' }).openAfter).toBe(9);
  expect(ruleFor([], { service: 'other', metric: 'x' })).toBe(builtinRules.at(-1));
});
