import { typicalScore } from '@cortex/contracts';
import { expect, test } from 'vitest';
import { composite, severityOf, type Component, type Voice } from './composite.ts';

function voice(component: Component, score: number, deviation = 1): Voice {
  return { definition: { component }, deviation, score };
}

test('the weights of the specification hold when every component has data', () => {
  const voices = [voice('statistical', 1), voice('ml', 0.5), voice('pattern', 0), voice('correlation', 1)];
  expect(composite(voices, 'both')).toBeCloseTo(0.3 + 0.2 + 0.1, 12);
});

test('weights are renormalised over the components with data, so one alone can be critical', () => {
  expect(composite([voice('statistical', 0.95)], 'both')).toBeCloseTo(0.95, 12);
  expect(composite([voice('statistical', 1), voice('pattern', 0)], 'both')).toBeCloseTo(0.6, 12);
  expect(composite([voice('statistical', 0.95), voice('ml', 0, Number.NaN)], 'both')).toBeCloseTo(0.95, 12);
});

test('a component speaks with its strongest algorithm', () => {
  expect(composite([voice('statistical', 0.2), voice('statistical', 0.7)], 'both')).toBeCloseTo(0.7, 12);
});

test('a deviation to a side that is not asked about counts nothing', () => {
  const voices = [voice('statistical', 0.9, -4), voice('pattern', 0.5, 2)];
  expect(composite(voices, 'up')).toBeCloseTo(0.2, 12);
  expect(composite(voices, 'down')).toBeCloseTo(0.54, 12);
});

test('nothing scores nothing', () => {
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
