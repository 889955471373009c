import { scoreOfSurprise, surpriseOfScore } from './calibrated-score.ts';
import { memberScores, newScratch, standardRow, type EntityModel } from './entity-model.ts';
import { members, type Member } from './members.ts';
import { meanSurprise, memberSurprise, smoothLevel, smoothMembers } from './smoothing.ts';

/** What scoring keeps of the earlier rows. */
export interface EntityMemory {
  /** The last row, not standardised. */
  readonly before: Float64Array | undefined;
  readonly smoothed: Float64Array | undefined;
  readonly level: number | undefined;
}

export interface EntityState extends EntityMemory {
  readonly model: EntityModel;
}

export interface EntityReading {
  /** In [0, 1): 0.5 when normal rows look like this once in a thousand times. */
  readonly score: number;
  /** −ln of the probability that a normal row looks so strange, in nats. */
  readonly surprise: number;
  /** The same of every member on its own. */
  readonly members: { readonly [Key in Member]?: number };
  /** The index of the metric that deviates most from its mean, and by how many deviations. */
  readonly column: number;
  readonly deviation: number;
  /** Of every metric, in its deviations. */
  readonly deviations: Float64Array;
}

export interface EntityStep {
  readonly state: EntityState;
  readonly reading: EntityReading;
}

/** The tail probability that scores 0.5. */
export const tailProbability = 1e-3;

export const emptyMemory: EntityMemory = { before: undefined, smoothed: undefined, level: undefined };

export function startEntity(model: EntityModel, memory: EntityMemory = emptyMemory): EntityState {
  return { ...memory, model };
}

/** Scores the next row of an entity: one value per metric, in the order of training; NaN where there is none. */
export function scoreEntity(state: EntityState, row: ArrayLike<number>): EntityStep {
  const { model } = state;
  if (row.length !== model.columns) throw new RangeError(`a row has ${row.length} values instead of ${model.columns}`);
  const standard = standardRow(model, row);
  const before = state.before === undefined ? standard : standardRow(model, state.before);
  const raw = memberScores(model, before, standard, newScratch(model.columns));
  const smoothed = smoothMembers(state.smoothed, raw);
  const level = smoothLevel(state.level, meanSurprise(model.calibrations, smoothed));
  const surprise = surpriseOfScore(model.calibration, level);
  const column = strongestColumn(standard);
  return {
    state: { model, before: Float64Array.from(row), smoothed, level },
    reading: {
      score: scoreOfSurprise(surprise, tailProbability),
      surprise,
      members: surprisesOf(model, smoothed),
      column,
      deviation: standard[column] ?? 0,
      deviations: standard,
    },
  };
}

/** How far a value of one metric is from its mean, in its standard deviations. */
export function deviationOf({ scaler }: EntityModel, column: number, value: number): number {
  return (value - (scaler.centres[column] ?? Number.NaN)) / (scaler.scales[column] ?? Number.NaN);
}

function surprisesOf({ calibrations }: EntityModel, smoothed: Float64Array): EntityReading['members'] {
  const surprises: { [Key in Member]?: number } = {};
  for (const [index, member] of members.entries()) {
    const calibration = calibrations[index];
    if (calibration !== undefined) surprises[member] = memberSurprise(calibration, index, smoothed);
  }
  return surprises;
}

function strongestColumn(standard: Float64Array): number {
  let strongest = 0;
  for (let column = 1; column < standard.length; column += 1) {
    if (Math.abs(standard[column] as number) > Math.abs(standard[strongest] as number)) strongest = column;
  }
  return strongest;
}
