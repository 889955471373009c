import { surpriseOfScore, type Calibration } from './calibrated-score.ts';
import { isSquare, memberWeights } from './members.ts';

/** The weight of the newest row in the mean of a member's scores: about five rows count. */
const memberShare = 0.2;
/** The weight of the newest row in the common level: about two rows count. */
const levelShare = 0.5;

/** Exponentially weighted means of the members' scores (Roberts 1959). */
export function smoothMembers(before: Float64Array | undefined, raw: Float64Array): Float64Array {
  if (before === undefined) return raw.slice();
  return before.map((value, member) => value + memberShare * ((raw[member] as number) - value));
}

export function smoothLevel(before: number | undefined, level: number): number {
  return before === undefined ? level : before + levelShare * (level - before);
}

/** The weighted mean of the surprises of those members that there are, in nats. */
export function meanSurprise(calibrations: readonly (Calibration | undefined)[], smoothed: Float64Array): number {
  let sum = 0;
  let weights = 0;
  for (const [member, calibration] of calibrations.entries()) {
    if (calibration === undefined) continue;
    const weight = memberWeights[member] as number;
    sum += weight * memberSurprise(calibration, member, smoothed);
    weights += weight;
  }
  return sum / weights;
}

export function memberSurprise(calibration: Calibration, member: number, smoothed: Float64Array): number {
  return surpriseOfScore(calibration, comparable(smoothed[member] as number, member));
}

/** The root of what is a square: the tail of a deviation is nearer to exponential than that of its square. */
export function comparable(smoothed: number, member: number): number {
  return isSquare[member] === true ? Math.sqrt(smoothed) : smoothed;
}
