import { typicalScore } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { composite, severityOf, type Component, type ComponentScore } from './composite.ts';

function componentScore(component: Component, score: number, deviation = 1): ComponentScore {
  return { definition: { component }, deviation, score };
}

test('the weights of the specification hold when every component has data', () => {
  const scores = [
    componentScore('statistical', 1),
    componentScore('ml', 0.5),
    componentScore('pattern', 0),
    componentScore('correlation', 1),
  ];
  expect(composite(scores, 'both')).toBeCloseTo(0.3 + 0.2 + 0.1, 12);
});

test('weights are renormalised over the components with data, so one alone can be critical', () => {
  expect(composite([componentScore('statistical', 0.95)], 'both')).toBeCloseTo(0.95, 12);
  expect(composite([componentScore('statistical', 1), componentScore('pattern', 0)], 'both')).toBeCloseTo(0.6, 12);
  expect(composite([componentScore('statistical', 0.95), componentScore('ml', 0, Number.NaN)], 'both')).toBeCloseTo(
    0.95,
    12,
  );
});

test('a component has the score of its strongest algorithm', () => {
  expect(composite([componentScore('statistical', 0.2), componentScore('statistical', 0.7)], 'both')).toBeCloseTo(
    0.7,
    12,
  );
});

test('a deviation in an unwanted direction counts nothing', () => {
  const scores = [componentScore('statistical', 0.9, -4), componentScore('pattern', 0.5, 2)];
  expect(composite(scores, 'up')).toBeCloseTo(0.2, 12);
  expect(composite(scores, 'down')).toBeCloseTo(0.54, 12);
});

test('without scores the composite is zero', () => {
  expect(composite([], 'both')).toBe(0);
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
