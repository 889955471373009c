import { expect, test } from 'vitest';
import { composite, severityOf, typicalScore } from './composite.ts';

test('the weights of the specification hold when every component has data', () => {
  const { score } = composite([
    { component: 'statistical', score: 1 },
    { component: 'ml', score: 0.5 },
    { component: 'pattern', score: 0 },
    { component: 'correlation', score: 1 },
  ]);
  expect(score).toBeCloseTo(0.3 + 0.2 + 0.1, 12);
});

test('weights are renormalised over the components with data, so one alone can be critical', () => {
  expect(composite([{ component: 'statistical', score: 0.95 }]).score).toBeCloseTo(0.95, 12);
  const two = composite([
    { component: 'statistical', score: 1 },
    { component: 'pattern', score: 0 },
  ]);
  expect(two).toEqual({ score: 0.6, components: { statistical: 1, pattern: 0 } });
});

test('a component speaks with its strongest algorithm', () => {
  const { components } = composite([
    { component: 'statistical', score: 0.2 },
    { component: 'statistical', score: 0.7 },
  ]);
  expect(components.statistical).toBe(0.7);
});

test('nothing scores nothing', () => {
  expect(composite([])).toEqual({ score: 0, components: {} });
});

test('severity thresholds are exclusive', () => {
  expect([0.1, 0.11, 0.31, 0.5, 0.51, 0.76, 0.91].map(severityOf)).toEqual([
    undefined,
    'info',
    'low',
    'low',
    'medium',
    'high',
    'critical',
  ]);
});

test.each(['info', 'low', 'medium', 'high', 'critical'] as const)(
  'the typical score of %s is of that class',
  (severity) => {
    expect(severityOf(typicalScore(severity))).toBe(severity);
  },
);
