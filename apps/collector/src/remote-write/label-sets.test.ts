import protobuf from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { writeRequest, type WrittenSeries } from '../test/write-request.ts';
import { decodeWriteRequest } from './decode.ts';
import { LabelSets } from './label-sets.ts';
import { unpackSnappy } from './snappy.ts';

const series = (queue: string): WrittenSeries => ({ labels: { __name__: 'depth', queue }, samples: [[1, 2]] });

function labelSetsOf(known: LabelSets, ...written: readonly WrittenSeries[]) {
  const body = unpackSnappy(writeRequest(...written), 1_000_000);
  return decodeWriteRequest(body, known).map(({ labelSet }) => labelSet);
}

test('a series has the same labels in each request, another series has others', () => {
  const known = new LabelSets();
  const [first, other] = labelSetsOf(known, series('é'), series('b'));
  const [again] = labelSetsOf(known, series('é'));
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(first?.labels).toEqual([
    ['__name__', 'depth'],
    ['queue', 'é'],
  ]);
});

test('unused label sets are dropped, used ones stay', () => {
  const known = new LabelSets(1_000);
  const large = 'x'.repeat(300);
  const [used] = labelSetsOf(known, series('used'));
  const [unused] = labelSetsOf(known, series('unused'));
  for (let index = 0; index < 20; index += 1) {
    labelSetsOf(known, series(`${large}${index}`));
    expect(labelSetsOf(known, series('used'))[0]).toBe(used);
  }
  expect(labelSetsOf(known, series('unused'))[0]).not.toBe(unused);
});

test('labels with samples between them are read as one set', () => {
  const label = (writer: protobuf.Writer, name: string, value: string) =>
    writer.uint32(10).fork().uint32(10).string(name).uint32(18).string(value).ldelim();
  const writer = new protobuf.Writer().uint32(10).fork();
  label(writer, '__name__', 'depth');
  writer.uint32(18).fork().uint32(9).double(1).uint32(16).int64(5).ldelim();
  label(writer, 'queue', 'mail').ldelim();
  const [read] = decodeWriteRequest(Buffer.from(writer.finish()));
  expect(read).toEqual({
    labelSet: {
      labels: [
        ['__name__', 'depth'],
        ['queue', 'mail'],
      ],
      labelCount: 2,
    },
    samples: [{ timeMs: 5, value: 1 }],
    histograms: 0,
  });
});

test('a message that claims more bytes than its parent has is refused', () => {
  // A series of two bytes whose label claims eight more, which lie beyond the series.
  const body = Buffer.concat([Buffer.from([0x0a, 2, 0x0a, 8]), Buffer.from([0x0a, 0, 0x0a, 0, 0x0a, 0, 0x0a, 0])]);
  expect(() => decodeWriteRequest(body)).toThrow('no remote write 1.0 request');
});
