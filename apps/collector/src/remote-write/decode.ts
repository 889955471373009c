import { maxLabels } from '../limits.ts';
import { readMessage, wire } from '../protobuf.ts';
import { RequestError } from '../http/request-error.ts';

/** `stale` is what Prometheus sends where a series ends. */
export interface RemoteSample {
  readonly timeMs: number;
  readonly value: number | 'stale';
}

export interface RemoteSeries {
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** How many labels there were; what is far beyond the limit is not kept. */
  readonly labelCount: number;
  readonly samples: readonly RemoteSample[];
  /** Native histograms, which are not read. */
  readonly histograms: number;
}

/** Samples of one request; Prometheus sends at most 2,000 by default. */
export const maxSamplesPerRequest = 50_000;

/** Prometheus' remote write 1.0, `prometheus.WriteRequest`. Metadata and exemplars are passed over. Throws 400. */
export function decodeWriteRequest(body: Buffer): readonly RemoteSeries[] {
  const decoder = new Decoder();
  try {
    return decoder.request(body);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError(400, `the body is no remote write 1.0 request: ${reason}`);
  }
}

class Decoder {
  #samples = 0;

  request(bytes: Uint8Array): readonly RemoteSeries[] {
    const series: RemoteSeries[] = [];
    readMessage(bytes, (field, reader, wireType) => {
      if (field !== 1 || wireType !== wire.bytes) return false;
      const one = this.#series(reader.bytes());
      if (one.samples.length > 0 || one.histograms > 0) series.push(one);
      return true;
    });
    return series;
  }

  #series(bytes: Uint8Array): RemoteSeries {
    const labels: (readonly [string, string])[] = [];
    const samples: RemoteSample[] = [];
    let labelCount = 0;
    let histograms = 0;
    readMessage(bytes, (field, reader, wireType) => {
      if (wireType !== wire.bytes) return false;
      if (field === 1) {
        labelCount += 1;
        // One of them is the name of the metric, two become service and instance.
        if (labelCount > maxLabels + 3) return false;
        labels.push(readLabel(reader.bytes()));
        return true;
      }
      if (field === 2) {
        samples.push(this.#sample(reader.bytes()));
        return true;
      }
      if (field === 4) histograms += 1;
      return false;
    });
    return { labels, labelCount, samples, histograms };
  }

  #sample(bytes: Uint8Array): RemoteSample {
    this.#samples += 1;
    if (this.#samples > maxSamplesPerRequest) {
      throw new RequestError(400, `the request has more than ${maxSamplesPerRequest} samples; send fewer at once`);
    }
    return readSample(bytes);
  }
}

function readLabel(bytes: Uint8Array): readonly [string, string] {
  let name = '';
  let value = '';
  readMessage(bytes, (field, reader, wireType) => {
    if (wireType !== wire.bytes) return false;
    if (field === 1) name = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return [name, value];
}

const double = new DataView(new ArrayBuffer(8));

function readSample(bytes: Uint8Array): RemoteSample {
  let value: RemoteSample['value'] = 0;
  let timeMs = 0;
  readMessage(bytes, (field, reader, wireType) => {
    if (field === 1 && wireType === wire.fixed64) value = toValue(reader.fixed32(), reader.fixed32());
    else if (field === 2 && wireType === wire.varint) timeMs = Number(reader.int64().toString());
    else return false;
    return true;
  });
  return { timeMs, value };
}

/** The stale marker is one NaN among many, known by its bits: 0x7ff0000000000002. */
function toValue(low: number, high: number): number | 'stale' {
  if (low === 2 && high === 0x7ff00000) return 'stale';
  double.setUint32(0, low, true);
  double.setUint32(4, high, true);
  return double.getFloat64(0, true);
}
