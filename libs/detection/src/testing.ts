// For tests from outside and for the pictures of the documentation; nothing that is deployed imports this.
export { anomalyOf, detected, lastByService, tell } from './correlation/correlation.test-support.ts';
export { allDetectors } from './detectors/all-detectors.ts';
export type { Range } from './detectors/detector.ts';
export { behaviorMetric, behaviorOf } from './entities/behavior.ts';
export { composite } from './scoring/composite.ts';
export type { Voice } from './scoring/composite.ts';
export { algorithmsFor } from './series/algorithms.ts';
export { createSeries, stepSeries } from './series/series.ts';
export { normalNoise, startMs } from './test-support.ts';
export { explainAnomaly } from './text/explain.ts';
export { formatValue } from './unit.ts';
export type { UnitKind } from './unit.ts';
