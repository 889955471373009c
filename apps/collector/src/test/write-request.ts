import protobuf from 'protobufjs/minimal.js';
import { compress } from 'snappyjs';

export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** A number, or the two halves of its bits. */
  readonly samples: readonly (readonly [timeMs: number, value: number | readonly [high: number, low: number]])[];
}

/** The NaN that Prometheus sends where a series ends. */
export const staleMarker = [0x7ff00000, 2] as const;

/** A remote write 1.0 request, packed. */
export function writeRequest(...series: readonly WrittenSeries[]): Buffer {
  const writer = new protobuf.Writer();
  for (const { labels, samples } of series) {
    writer.uint32(10).fork();
    for (const [name, value] of Object.entries(labels)) {
      writer.uint32(10).fork().uint32(10).string(name).uint32(18).string(value).ldelim();
    }
    for (const [timeMs, value] of samples) {
      writer.uint32(18).fork().uint32(9);
      if (typeof value === 'number') writer.double(value);
      else writer.fixed32(value[1]).fixed32(value[0]);
      writer.uint32(16).int64(timeMs).ldelim();
    }
    writer.ldelim();
  }
  return compress(Buffer.from(writer.finish()));
}
