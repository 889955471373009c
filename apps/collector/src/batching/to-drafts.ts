import {
  partitionDraft,
  seriesKey,
  telemetryMetrics,
  type PartitionDraft,
  type SeriesBatch,
  type SeriesSample,
} from '@cortex/contracts';
import { partitionOf } from './partition-of.ts';

/** Well below the largest event of the bus. */
const maxBytes = 512 * 1024;
const maxSeries = 2_000;
const maxSamplesPerSeries = 5_000;
/** An epoch time, a double and two commas. */
const bytesPerSample = 40;
/** The names of the columns and the punctuation between them, with the longest unit. */
const bytesPerSeries = 500;
/** Four quotes, a colon and a comma. */
const bytesPerLabel = 6;

interface Columns {
  readonly series: SeriesBatch;
  /** As JSON, at most, without the samples. */
  readonly bytes: number;
}

/** Samples, column by column: one event per partition, or several where one would grow too large. */
export function toDrafts(
  samples: readonly SeriesSample[],
  partitions: number,
): readonly PartitionDraft<'telemetry.metrics'>[] {
  const byPartition = new Map<number, Columns[]>();
  const open = new Map<string, SeriesBatch>();
  for (const sample of samples) {
    const key = seriesKey(sample);
    let series = open.get(key);
    if (series === undefined || series.values.length >= maxSamplesPerSeries) {
      series = withoutSamples(sample);
      open.set(key, series);
      const partition = partitionOf(sample, partitions);
      const columns = byPartition.get(partition) ?? [];
      byPartition.set(partition, columns);
      columns.push({ series, bytes: sizeOf(series, key) });
    }
    series.timesMs.push(sample.timeMs);
    series.values.push(sample.value);
  }
  return [...byPartition].flatMap(([partition, columns]) =>
    inChunks(columns).map((series) => partitionDraft(telemetryMetrics, { partition, data: { partition, series } })),
  );
}

function withoutSamples({ service, instance, metric, unit, labels }: SeriesSample): SeriesBatch {
  const series: SeriesBatch = { service, metric, labels, timesMs: [], values: [] };
  if (instance !== undefined) series.instance = instance;
  if (unit !== undefined) series.unit = unit;
  return series;
}

/** The key contains all text of the series but its unit. JSON may need more bytes for a character outside of plain ASCII. */
function sizeOf({ labels }: SeriesBatch, key: string): number {
  const textBytes = /^[ !#-[\]-~]*$/.test(key) ? key.length : Buffer.byteLength(JSON.stringify(key));
  return textBytes + bytesPerSeries + bytesPerLabel * Object.keys(labels).length;
}

function inChunks(columns: readonly Columns[]): SeriesBatch[][] {
  const chunks: SeriesBatch[][] = [];
  let total = Number.POSITIVE_INFINITY;
  for (const { series, bytes } of columns) {
    const size = bytes + bytesPerSample * series.values.length;
    const last = chunks.at(-1);
    if (last === undefined || total + size > maxBytes || last.length >= maxSeries) {
      chunks.push([series]);
      total = size;
    } else {
      last.push(series);
      total += size;
    }
  }
  return chunks;
}
