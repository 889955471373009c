import { tailScore } from '../scoring/tail-score.ts';
import type { Judgement } from './detector.ts';

/** Judges a value by its distance from what was expected, in deviations; `allowed` of them are the threshold. */
export function judgeByDeviations(value: number, expected: number, deviation: number, allowed: number): Judgement {
  const z = (value - expected) / deviation;
  return {
    score: tailScore(z, allowed),
    anomalous: Math.abs(z) > allowed,
    direction: z >= 0 ? 'up' : 'down',
    range: { expected, lower: expected - allowed * deviation, upper: expected + allowed * deviation },
  };
}

/** What to learn from a sample: an outlier counts as the edge of the normal range. */
export function clampToRange(value: number, judgement: Judgement | undefined): number {
  const range = judgement?.range;
  return range === undefined ? value : Math.min(range.upper, Math.max(range.lower, value));
}
