import { messageOf } from '@cortex/errors';
import { RequestError } from '../http/request-error.ts';
import { readMessage, readNested, wire, type ProtobufReader } from '../protobuf.ts';
import { LabelSets, type LabelSet } from './label-sets.ts';

/** `stale` is the marker that Prometheus sends where a series ends. */
export interface RemoteSample {
  readonly timeMs: number;
  readonly value: number | 'stale';
}

export interface RemoteSeries {
  readonly labelSet: LabelSet;
  readonly samples: readonly RemoteSample[];
  /** Native histograms, which are not supported. */
  readonly histograms: number;
}

/** Samples of one request; Prometheus sends at most 2,000 by default. */
export const maxSamplesPerRequest = 50_000;

/**
 * Prometheus' remote write 1.0, `prometheus.WriteRequest`. Metadata and exemplars are skipped. `labelSets` is a cache
 * across requests. Throws 400.
 */
export function decodeWriteRequest(body: Buffer, labelSets = new LabelSets()): readonly RemoteSeries[] {
  const decoder = new Decoder(body, labelSets);
  try {
    return decoder.request();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const reason = messageOf(error);
    throw new RequestError(400, `the body is no remote write 1.0 request: ${reason}`);
  }
}

class Decoder {
  readonly #body: Buffer;
  readonly #labelSets: LabelSets;
  #samples = 0;

  constructor(body: Buffer, labelSets: LabelSets) {
    this.#body = body;
    this.#labelSets = labelSets;
  }

  request(): readonly RemoteSeries[] {
    const series: RemoteSeries[] = [];
    readMessage(this.#body, (field, reader, wireType) => {
      if (field !== 1 || wireType !== wire.bytes) return false;
      const one = this.#series(reader);
      if (one.samples.length > 0 || one.histograms > 0) series.push(one);
      return true;
    });
    return series;
  }

  #series(from: ProtobufReader): RemoteSeries {
    const samples: RemoteSample[] = [];
    let histograms = 0;
    let labels = '';
    // Labels are adjacent: their bytes are taken as a whole.
    let labelsFrom = 0;
    let labelsTo = 0;
    readNested(from, (field, reader, wireType) => {
      if (wireType !== wire.bytes) return false;
      if (field === 1) {
        const start = reader.pos - 1;
        if (start !== labelsTo) {
          labels += this.#body.toString('latin1', labelsFrom, labelsTo);
          labelsFrom = start;
        }
        reader.skipType(wireType);
        labelsTo = reader.pos;
        return true;
      }
      if (field === 2) {
        samples.push(this.#sample(reader));
        return true;
      }
      if (field === 4) histograms += 1;
      return false;
    });
    labels += this.#body.toString('latin1', labelsFrom, labelsTo);
    return { labelSet: this.#labelSets.of(labels), samples, histograms };
  }

  #sample(reader: ProtobufReader): RemoteSample {
    this.#samples += 1;
    if (this.#samples > maxSamplesPerRequest) {
      throw new RequestError(400, `the request has more than ${maxSamplesPerRequest} samples; send fewer at once`);
    }
    return readSample(reader);
  }
}

const double = new DataView(new ArrayBuffer(8));

function readSample(from: ProtobufReader): RemoteSample {
  let value: RemoteSample['value'] = 0;
  let timeMs = 0;
  readNested(from, (field, reader, wireType) => {
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
