import { z } from 'zod';
import { restoreAutoencoder, saveAutoencoder } from './autoencoder.ts';
import { restoreCalibration, saveCalibration } from './calibrated-score.ts';
import { startEntity, type EntityState } from './entity-detector.ts';
import type { EntityModel } from './entity-model.ts';
import { restoreForecast, saveForecast } from './forecast.ts';
import { restoreForest, saveForest } from './isolation-forest.ts';
import { members } from './members.ts';
import { restorePca, savePca } from './pca.ts';
import { restoreRidgeDistance, saveRidgeDistance } from './ridge-distance.ts';
import { restoreScaler, saveScaler } from './scaler.ts';

const SavedModel = z.strictObject({
  columns: z.int().positive(),
  scaler: z.unknown(),
  distance: z.unknown(),
  forecast: z.unknown(),
  errorPlane: z.unknown(),
  forest: z.unknown(),
  autoencoder: z.unknown().optional(),
  calibrations: z.array(z.unknown()).length(members.length),
  calibration: z.unknown(),
});
export type SavedModel = z.infer<typeof SavedModel>;

/** The model as JSON: restored from it, it judges identically. */
export function saveModel(model: EntityModel): SavedModel {
  const { autoencoder } = model;
  return {
    columns: model.columns,
    scaler: saveScaler(model.scaler),
    distance: saveRidgeDistance(model.distance),
    forecast: saveForecast(model.forecast),
    errorPlane: savePca(model.errorPlane),
    forest: saveForest(model.forest),
    ...(autoencoder === undefined ? {} : { autoencoder: saveAutoencoder(autoencoder) }),
    calibrations: model.calibrations.map((one) => (one === undefined ? null : saveCalibration(one))),
    calibration: saveCalibration(model.calibration),
  };
}

/** Undoes {@link saveModel}. Throws on anything else. */
export function restoreModel(value: unknown): EntityModel {
  const saved = SavedModel.parse(value);
  return {
    columns: saved.columns,
    scaler: restoreScaler(saved.scaler),
    distance: restoreRidgeDistance(saved.distance),
    forecast: restoreForecast(saved.forecast),
    errorPlane: restorePca(saved.errorPlane),
    forest: restoreForest(saved.forest),
    autoencoder: saved.autoencoder === undefined ? undefined : restoreAutoencoder(saved.autoencoder),
    calibrations: saved.calibrations.map((one) => (one === null ? undefined : restoreCalibration(one))),
    calibration: restoreCalibration(saved.calibration),
  };
}

const SavedEntity = z.strictObject({
  model: z.unknown(),
  // JSON has no NaN: a gap is null.
  before: z.array(z.number().nullable()).optional(),
  smoothed: z.array(z.number()).length(members.length).optional(),
  level: z.number().optional(),
});
export type SavedEntity = z.infer<typeof SavedEntity>;

/** The state of an entity as JSON: restored from it, scoring goes on identically. */
export function saveEntity({ model, before, smoothed, level }: EntityState): SavedEntity {
  return {
    model: saveModel(model),
    ...(before === undefined ? {} : { before: Array.from(before, (one) => (Number.isFinite(one) ? one : null)) }),
    ...(smoothed === undefined ? {} : { smoothed: [...smoothed] }),
    ...(level === undefined ? {} : { level }),
  };
}

/** Undoes {@link saveEntity}. Throws on anything else. */
export function restoreEntity(value: unknown): EntityState {
  const { model, before, smoothed, level } = SavedEntity.parse(value);
  return startEntity(restoreModel(model), {
    before: before === undefined ? undefined : Float64Array.from(before, (one) => one ?? Number.NaN),
    smoothed: smoothed === undefined ? undefined : Float64Array.from(smoothed),
    level,
  });
}
