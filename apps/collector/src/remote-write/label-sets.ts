import { maxLabels } from '../limits.ts';
import { readMessage, readNested, wire, type ProtobufReader } from '../protobuf.ts';

/** The labels of a series. While it is cached, a series has the same object in each request. */
export interface LabelSet {
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** The number of labels sent; those far beyond the limit are not kept. */
  readonly labelCount: number;
}

/**
 * A cache of label sets by their encoded bytes: a sender repeats the same ones, and decoding them is most of the work.
 * It has two generations; when the young one is full it becomes the old one, and label sets not used meanwhile are
 * dropped.
 */
export class LabelSets {
  #young = new Map<string, LabelSet>();
  #old = new Map<string, LabelSet>();
  #bytes = 0;
  readonly #maxBytes: number;

  /** `maxBytes`: of encoded labels in one generation. The default is enough for a hundred thousand series. */
  constructor(maxBytes = 16 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  /** The labels of these fields of a `prometheus.TimeSeries`, each byte as a character. Throws when they are no protobuf. */
  of(encoded: string): LabelSet {
    const known = this.#young.get(encoded);
    if (known !== undefined) return known;
    const set = this.#old.get(encoded) ?? decode(encoded);
    if (this.#bytes + encoded.length > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#bytes = 0;
    }
    this.#young.set(encoded, set);
    this.#bytes += encoded.length;
    return set;
  }
}

function decode(encoded: string): LabelSet {
  const labels: (readonly [string, string])[] = [];
  let labelCount = 0;
  readMessage(Buffer.from(encoded, 'latin1'), (_field, reader) => {
    labelCount += 1;
    // One of them is the name of the metric, two become service and instance.
    if (labelCount > maxLabels + 3) return false;
    labels.push(readLabel(reader));
    return true;
  });
  return { labels, labelCount };
}

function readLabel(from: ProtobufReader): readonly [string, string] {
  let name = '';
  let value = '';
  readNested(from, (field, reader, wireType) => {
    if (wireType !== wire.bytes) return false;
    if (field === 1) name = reader.string();
    else if (field === 2) value = reader.string();
    else return false;
    return true;
  });
  return [name, value];
}
