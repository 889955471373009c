// For tests of other packages and for the pictures of the documentation; no deployed code imports this.
export { anomalyOf, detected, lastByService, updatesOf } from './correlation/correlation.test-support.ts';
export { allDetectors } from './detectors/all-detectors.ts';
export type { Range } from './detectors/detector.ts';
export { behaviorMetric, behaviorOf } from './entities/behavior.ts';
export { composite } from './scoring/composite.ts';
export type { ComponentScore } from './scoring/composite.ts';
export { algorithmsFor } from './series/algorithms.ts';
export { createSeries, stepSeries } from './series/series.ts';
export { normalNoise, startMs } from './test-support.ts';
export { explainAnomaly } from './text/explain.ts';
export { formatValue } from './unit.ts';
export type { UnitKind } from './unit.ts';
