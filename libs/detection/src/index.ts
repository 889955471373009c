export { backtestSeries } from './backtest.ts';
export type { BacktestRow } from './backtest.ts';
export { compileCorrelation, correlate, emptyCorrelation, isOfCorrelation } from './correlation/correlator.ts';
export type { AnomalyEvent, CorrelationSettings, CorrelationState } from './correlation/correlator.ts';
export { detect } from './detect.ts';
export type { Detection, DetectionCounts, TelemetryBatch } from './detect.ts';
export { emptyPartition } from './partition.ts';
export type { PartitionState } from './partition.ts';
export { restorePartition, savePartition } from './partition-form.ts';
export { compileDetection } from './settings.ts';
export type { DetectionSettings } from './settings.ts';
export { deliverFit, pendingFits } from './entities/close-row.ts';
export type { FitRequest } from './entities/entity.ts';
export { autoencoderError, errorThreshold, trainAutoencoder } from './multivariate/autoencoder.ts';
export type { Autoencoder, AutoencoderOptions } from './multivariate/autoencoder.ts';
export { scoreEntity, startEntity } from './multivariate/entity-detector.ts';
export type { EntityReading, EntityState, EntityStep } from './multivariate/entity-detector.ts';
export {
  restoreEntity,
  restoreModel,
  restoreStream,
  saveEntity,
  saveModel,
  saveStream,
} from './multivariate/entity-form.ts';
export { fitEntity, fitEntityInSlices } from './multivariate/entity-model.ts';
export type { EntityModel, EntityOptions } from './multivariate/entity-model.ts';
export { adoptModel, emptyStream, observeAndFit, observeRow, trainingRows } from './multivariate/entity-stream.ts';
export type { EntityStream, StreamOptions, StreamStep } from './multivariate/entity-stream.ts';
export { contaminationThreshold, forestScore, growForest } from './multivariate/isolation-forest.ts';
export type { ForestOptions, IsolationForest } from './multivariate/isolation-forest.ts';
export { mapRows, matrixOf, rowOf } from './multivariate/matrix.ts';
export type { Matrix } from './multivariate/matrix.ts';
export { seededRandom } from './multivariate/seeded-random.ts';
export type { Random } from './multivariate/seeded-random.ts';
export type { TrainingRows } from './multivariate/training-rows.ts';
