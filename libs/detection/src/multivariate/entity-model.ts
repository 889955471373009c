import { autoencoderError, trainAutoencoder, type Autoencoder, type AutoencoderOptions } from './autoencoder.ts';
import { fitCalibration, type Calibration } from './calibrated-score.ts';
import { fitForecast, forecastErrors, surpriseOfNext, type Forecast } from './forecast.ts';
import { forestScore, growForest, type ForestOptions, type IsolationForest } from './isolation-forest.ts';
import { members } from './members.ts';
import { rowOf, type Matrix } from './matrix.ts';
import { fitPca, pcaResidual, type Pca } from './pca.ts';
import { fitRidgeDistance, ridgeDistance, type RidgeDistance } from './ridge-distance.ts';
import { fitScaler, standardise, standardiseRows, type Scaler } from './scaler.ts';
import { seededRandom } from './seeded-random.ts';
import { comparable, meanSurprise, smoothLevel, smoothMembers } from './smoothing.ts';
import { fillGaps, thinRows, type TrainingRows } from './training-rows.ts';

export interface EntityOptions {
  /** At most this many rows are learned, as evenly spread runs: default 16,384. */
  readonly sampleRows?: number;
  /** At most this many of these by the autoencoder and the calibration, which are slow for each row: default 2,048. */
  readonly slowRows?: number;
  /**
   * False leaves the autoencoder out: it takes most of the time to fit and half of the time to judge, and changes the
   * result little.
   */
  readonly autoencoder?: AutoencoderOptions | false;
  readonly forest?: ForestOptions;
}

/** The normal behaviour of one entity, such as a server, over all its metrics. */
export interface EntityModel {
  readonly columns: number;
  readonly scaler: Scaler;
  readonly distance: RidgeDistance;
  readonly forecast: Forecast;
  /** The plane that the errors of the forecast lie near. */
  readonly errorPlane: Pca;
  readonly forest: IsolationForest;
  readonly autoencoder: Autoencoder | undefined;
  /** By member: the distribution of its scores on normal rows. */
  readonly calibrations: readonly (Calibration | undefined)[];
  /** The distribution of the common score on normal rows. */
  readonly calibration: Calibration;
}

/** Fits at one go: of 38 metrics in about a second with the autoencoder, a quarter of one without. Throws without rows. */
export function fitEntity(rows: Matrix | TrainingRows, options: EntityOptions, seed: number): EntityModel {
  const given = 'runRows' in rows ? rows : { rows, runRows: Math.max(1, rows.rows) };
  const sample = fillGaps(thinRows(given, options.sampleRows ?? defaultSampleRows));
  const random = seededRandom(seed);
  const scaler = fitScaler(sample.rows);
  const standard = standardiseRows(scaler, sample.rows);
  const forecast = fitForecast(standard, sample.runRows);
  const unfinished = {
    columns: standard.columns,
    scaler,
    distance: fitRidgeDistance(standard),
    forecast,
    errorPlane: fitPca(forecastErrors(forecast, standard, sample.runRows)),
    forest: growForest(standard, options.forest ?? {}, random),
  };
  const slow = thinRows({ rows: standard, runRows: sample.runRows }, options.slowRows ?? defaultSlowRows);
  let autoencoder: Autoencoder | undefined;
  if (options.autoencoder !== false) {
    const epochs = trainAutoencoder(slow.rows, { epochs: defaultEpochs, ...options.autoencoder }, random);
    let epoch = epochs.next();
    while (epoch.done !== true) epoch = epochs.next();
    autoencoder = epoch.value;
  }
  return calibrate({ ...unfinished, autoencoder }, slow);
}

const defaultSampleRows = 16_384;
const defaultSlowRows = 2048;
const defaultEpochs = 8;

type Uncalibrated = Omit<EntityModel, 'calibrations' | 'calibration'>;

/** Learns what the members say of the rows that they were fitted on, smoothed as they will be. */
function calibrate(model: Uncalibrated, sample: TrainingRows): EntityModel {
  const smoothed = smoothedScores(model, sample);
  const calibrations = members.map((member, index) =>
    member === 'autoencoder' && model.autoencoder === undefined
      ? undefined
      : fitCalibration(smoothed.map((scores) => comparable(scores[index] as number, index))),
  );
  let level: number | undefined;
  const levels = smoothed.map((scores) => {
    level = smoothLevel(level, meanSurprise(calibrations, scores));
    return level;
  });
  return { ...model, calibrations, calibration: fitCalibration(levels) };
}

function smoothedScores(model: Uncalibrated, { rows: standard, runRows }: TrainingRows): Float64Array[] {
  const scratch = newScratch(model.columns);
  const all: Float64Array[] = [];
  for (let row = 0; row < standard.rows; row += 1) {
    // The first row of a run follows nothing.
    if (row % runRows === 0 && standard.rows > 1) continue;
    const raw = memberScores(model, rowOf(standard, Math.max(0, row - 1)), rowOf(standard, row), scratch);
    all.push(smoothMembers(all.at(-1), raw));
  }
  return all;
}

/** Room for one row at a time, so that scoring allocates nothing. */
export interface Scratch {
  readonly standard: Float64Array;
  readonly work: Float64Array;
  readonly raw: Float64Array;
}

export function newScratch(columns: number): Scratch {
  return {
    standard: new Float64Array(columns),
    work: new Float64Array(columns),
    raw: new Float64Array(members.length),
  };
}

/** Every member's score of a standardised row, in the order of {@link members}; overwritten by the next call. */
export function memberScores(
  model: Uncalibrated,
  before: Float64Array,
  standard: Float64Array,
  { work, raw }: Scratch,
): Float64Array {
  raw[0] = ridgeDistance(model.distance, standard, work);
  surpriseOfNext(model.forecast, before, standard, work);
  raw[1] = pcaResidual(model.errorPlane, work);
  raw[2] = model.autoencoder === undefined ? 0 : autoencoderError(model.autoencoder, standard);
  raw[3] = forestScore(model.forest, standard);
  raw[4] = greatestSquare(standard);
  return raw;
}

function greatestSquare(values: Float64Array): number {
  let greatest = 0;
  for (const value of values) greatest = Math.max(greatest, value * value);
  return greatest;
}

export function standardRow(model: Uncalibrated, row: ArrayLike<number>): Float64Array {
  const standard = new Float64Array(model.columns);
  standardise(model.scaler, row, standard);
  return standard;
}
