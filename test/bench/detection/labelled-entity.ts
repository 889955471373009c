import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Matrix } from '@cortex/detection';

/** A public data set of entities with a training and a labelled test part, as little-endian float32 rows. */
export interface LabelledSet {
  readonly title: string;
  readonly folder: string;
  readonly columns: number;
  /** The settings were chosen by these. */
  readonly chosenOn: readonly string[];
  /** These were looked at afterwards. */
  readonly confirmedOn: readonly string[];
}

export const labelledSets: readonly LabelledSet[] = [
  {
    title: 'Server Machine Dataset, 5 machines, 38 metrics a minute',
    folder: 'smd-dev',
    columns: 38,
    chosenOn: ['machine-1-2', 'machine-2-1', 'machine-3-4'],
    confirmedOn: ['machine-1-6', 'machine-2-7'],
  },
  {
    title: 'Application Server Dataset, 4 servers, 19 metrics every five minutes',
    folder: 'asd-dev',
    columns: 19,
    chosenOn: ['omi-1', 'omi-7'],
    confirmedOn: ['omi-10', 'omi-4'],
  },
];

export interface LabelledEntity {
  readonly name: string;
  readonly train: Matrix;
  readonly test: Matrix;
  /** One per row of the test part: 1 is an anomaly. */
  readonly labels: Uint8Array;
}

export function readEntity(dataDir: string, { folder, columns }: LabelledSet, name: string): LabelledEntity {
  const unpacked = (part: string): Buffer => gunzipSync(readFileSync(join(dataDir, folder, `${name}.${part}.gz`)));
  const matrix = (part: string): Matrix => {
    const bytes = unpacked(part);
    const data = Float64Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
    return { rows: data.length / columns, columns, data };
  };
  return { name, train: matrix('train.f32'), test: matrix('test.f32'), labels: Uint8Array.from(unpacked('label.u8')) };
}
