import { DetectionRule } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { builtinRules, globMatches, ruleFor } from './rule-for.ts';

test.each([
  ['*', 'anything', true],
  ['process_*', 'process_cpu', true],
  ['process_*', 'my_process_cpu', false],
  ['*_percent', 'disk_usage_percent', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b', false],
  ['exact', 'exact', true],
  ['exact', 'exactly', false],
])('the pattern %s and the name %s', (pattern, name, matches) => {
  expect(globMatches(pattern, name)).toBe(matches);
});

test('a hostile pattern is answered at once', () => {
  expect(globMatches('a*'.repeat(60), `${'a'.repeat(5_000)}b`)).toBe(true);
  expect(globMatches(`${'a*'.repeat(60)}c`, 'a'.repeat(5_000))).toBe(false);
});

test('the first rule that matches wins, and the default stands behind them', () => {
  const rules = [
    DetectionRule.parse({ match: { metric: 'cpu_*', service: 'shop' }, openAfter: 7 }),
    DetectionRule.parse({ match: { metric: '*' }, openAfter: 9 }),
  ];
  expect(ruleFor(rules, { service: 'shop', metric: 'cpu_usage' }).openAfter).toBe(7);
  expect(ruleFor(rules, { service: 'other', metric: 'cpu_usage' }).openAfter).toBe(9);
  expect(ruleFor([], { service: 'other', metric: 'x' })).toBe(builtinRules.at(-1));
});
