export { backtestSeries } from './backtest.ts';
export type { BacktestRow } from './backtest.ts';
export { detect } from './detect.ts';
export type { Detection, DetectionCounts, TelemetryBatch } from './detect.ts';
export { compileDetection, emptyPartition, restorePartition, savePartition } from './partition.ts';
export type { DetectionSettings, PartitionState } from './partition.ts';
