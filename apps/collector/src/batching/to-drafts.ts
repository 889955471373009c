import {
  draft,
  seriesKey,
  telemetryMetrics,
  type EventDraft,
  type SeriesBatch,
  type SeriesSample,
} from '@cortex/contracts';
import { partitionOf } from './partition-of.ts';

/** Well below the largest event that the bus takes. */
const maxBytes = 512 * 1024;
const maxSeries = 2_000;
const maxSamplesPerSeries = 5_000;
/** An epoch time, a double and two commas. */
const bytesPerSample = 40;

/** Samples, column by column: one event per partition, or several where one would grow too large. */
export function toDrafts(
  samples: readonly SeriesSample[],
  partitions: number,
): readonly EventDraft<'telemetry.metrics'>[] {
  const byPartition = new Map<number, SeriesBatch[]>();
  const open = new Map<string, SeriesBatch>();
  for (const { timeMs, value, ...identity } of samples) {
    const key = seriesKey(identity);
    let series = open.get(key);
    if (series === undefined || series.values.length >= maxSamplesPerSeries) {
      series = { ...identity, timesMs: [], values: [] };
      open.set(key, series);
      const partition = partitionOf(identity, partitions);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), series]);
    }
    series.timesMs.push(timeMs);
    series.values.push(value);
  }
  return [...byPartition].flatMap(([partition, series]) =>
    inChunks(series).map((chunk) =>
      draft(telemetryMetrics, { service: String(partition), data: { partition, series: chunk } }),
    ),
  );
}

function inChunks(series: readonly SeriesBatch[]): SeriesBatch[][] {
  const chunks: SeriesBatch[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of series) {
    const { timesMs, values, ...identity } = one;
    const size = Buffer.byteLength(JSON.stringify(identity)) + bytesPerSample * Math.max(timesMs.length, values.length);
    const last = chunks.at(-1);
    if (last === undefined || bytes + size > maxBytes || last.length >= maxSeries) {
      chunks.push([one]);
      bytes = size;
    } else {
      last.push(one);
      bytes += size;
    }
  }
  return chunks;
}
