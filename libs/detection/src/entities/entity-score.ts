import type { MachineLearning } from '@cortex/contracts';
import { scoreOfSurprise } from '../multivariate/calibrated-score.ts';
import { deviationOf, scoreEntity, tailProbability, type EntityReading } from '../multivariate/entity-detector.ts';
import type { Member } from '../multivariate/members.ts';
import type { EntityScore } from '../series/entity-score.ts';
import type { Entity } from './entity.ts';

/** A metric nearer to its mean than this does not make a row strange, and gets no score. */
export const outstanding = 3;
/** The spec's threshold of the reconstruction error. */
const autoencoderPercentile = 0.95;

/** How far a value of a metric is from its mean. Undefined where there is no model, or where it does not stand out. */
export function outstandingDeviation({ learned }: Entity, key: string, value: number): number | undefined {
  const place = learned?.places.get(key);
  if (learned === undefined || place === undefined) return undefined;
  const deviation = deviationOf(learned.state.model, place, value);
  return Math.abs(deviation) >= outstanding ? deviation : undefined;
}

/** The joint score of all metrics, for the one that deviates. Undefined while there is no model. */
export function entityScoreAt(
  entity: Entity,
  settings: MachineLearning,
  deviation: number,
  valueOf: (key: string) => number,
): EntityScore | undefined {
  const { learned } = entity;
  if (learned === undefined) return undefined;
  const row = Float64Array.from(learned.features, valueOf);
  return entityScoreOf(entity, scoreEntity(learned.state, row).reading, settings, deviation);
}

export function entityScoreOf(
  { surprises }: Entity,
  { surprise: total, members }: EntityReading,
  settings: MachineLearning,
  deviation: number,
): EntityScore {
  const algorithms = Object.entries(members).map(([member, surprise]) => ({
    name: memberNames[member as Member],
    score: scoreOfSurprise(surprise, tailProbability),
    anomalous: surprise > -Math.log(normalShareOf(member as Member, settings)),
  }));
  return { definition: { component: 'ml' }, deviation, score: surprises.score(total), algorithms };
}

const memberNames: Readonly<Record<Member, string>> = {
  distance: 'ridge_distance',
  forecast: 'forecast_error',
  autoencoder: 'autoencoder',
  forest: 'isolation_forest',
  maximum: 'greatest_deviation',
};

/** The share of normal rows that a member calls anomalous, as the specification sets it. */
function normalShareOf(member: Member, { isolationForest }: MachineLearning): number {
  if (member === 'forest') return isolationForest.contamination;
  if (member === 'autoencoder') return 1 - autoencoderPercentile;
  return tailProbability;
}
