import fc from 'fast-check';
import { quantileSorted } from 'simple-statistics';
import { expect, test } from 'vitest';
import {
  fitCalibration,
  restoreCalibration,
  saveCalibration,
  scoreOfSurprise,
  surpriseOfScore,
} from './calibrated-score.ts';
import { quantileOfSorted } from './quantile.ts';
import { normalFrom, seededRandom } from './seeded-random.ts';

const random = seededRandom(1);
const normalScores = Array.from({ length: 20_000 }, () => normalFrom(random));

test('for scores of the same kind, the tail probability is uniform', () => {
  const calibration = fitCalibration(normalScores);
  const probabilities = Array.from({ length: 20_000 }, () =>
    Math.exp(-surpriseOfScore(calibration, normalFrom(random))),
  ).sort((left, right) => left - right);
  for (const [index, probability] of probabilities.entries()) {
    // Kolmogorov-Smirnov at far below one in a thousand, both samples being finite.
    expect(Math.abs(probability - index / probabilities.length)).toBeLessThan(0.025);
  }
});

test('beyond the seen scores, an exponential tail goes on', () => {
  const calibration = fitCalibration(Array.from({ length: 10_000 }, () => -Math.log(1 - random())));
  for (const score of [1, 3, 6, 20]) {
    expect(surpriseOfScore(calibration, score) / score).toBeGreaterThan(0.85);
    expect(surpriseOfScore(calibration, score) / score).toBeLessThan(1.15);
  }
});

test('a higher score never surprises less', () => {
  const calibration = fitCalibration(normalScores.slice(0, 300));
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      expect(surpriseOfScore(calibration, less)).toBeLessThanOrEqual(surpriseOfScore(calibration, more));
    }),
  );
});

test('scores that never varied are a surprise once they do, and not before', () => {
  const calibration = fitCalibration(Array(100).fill(7));
  expect(surpriseOfScore(calibration, 7)).toBe(-0);
  expect(surpriseOfScore(calibration, 6)).toBe(-0);
  expect(surpriseOfScore(calibration, 8)).toBeGreaterThan(20);
});

test('one score is enough, none is refused', () => {
  expect(surpriseOfScore(fitCalibration([3]), 2)).toBe(-0);
  expect(() => fitCalibration([])).toThrow(RangeError);
});

test('half is scored at the chosen probability, nearly nothing at the median, nearly one far out', () => {
  expect(scoreOfSurprise(-Math.log(1e-3), 1e-3)).toBeCloseTo(0.5, 12);
  expect(scoreOfSurprise(Math.LN2, 1e-3)).toBeLessThan(0.02);
  expect(scoreOfSurprise(100, 1e-3)).toBeGreaterThan(0.99);
  expect(scoreOfSurprise(0, 1e-3)).toBe(0);
  expect(scoreOfSurprise(1e200, 1e-3)).toBe(1);
});

test('a restored calibration judges identically and is small', () => {
  const calibration = fitCalibration(normalScores);
  expect(restoreCalibration(JSON.parse(JSON.stringify(saveCalibration(calibration))))).toEqual(calibration);
  expect(calibration.body.length).toBeLessThanOrEqual(512);
});

test('quantiles agree with simple-statistics where both are defined alike', () => {
  // That package takes order statistics; at whole places the interpolation between them is one of them.
  const sorted = normalScores.slice(0, 101).sort((left, right) => left - right);
  for (const place of [0, 13, 50, 87, 100])
    expect(quantileOfSorted(sorted, place / 100)).toBeCloseTo(sorted[place] as number, 9);
  expect(quantileOfSorted(sorted, 0.5)).toBe(quantileSorted(sorted, 0.5));
});
