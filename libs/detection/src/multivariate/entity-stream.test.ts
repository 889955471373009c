import { expect, test } from 'vitest';
import { restoreEntity, saveEntity } from './entity-form.ts';
import { scoreEntity, startEntity, type EntityReading } from './entity-detector.ts';
import { fitEntity } from './entity-model.ts';
import {
  adoptModel,
  emptyStream,
  observeAndFit,
  observeRow,
  trainingRows,
  type EntityStream,
} from './entity-stream.ts';
import { normalRows } from './rows.test-support.ts';
import { rowOf } from './matrix.ts';
import { restoreWindow, saveWindow } from './row-window.ts';

const options = { autoencoder: false, firstFitRows: 256, refitRows: 1_024, windowRows: 2_048 } as const;
const rows = normalRows(4_000, 4, 1);

function run(
  from: EntityStream,
  count: number,
  rowAt: (index: number) => ArrayLike<number>,
): { stream: EntityStream; readings: (EntityReading | undefined)[] } {
  let stream = from;
  const readings = Array.from({ length: count }, (_, index) => {
    const step = observeAndFit(stream, rowAt(index), options, 1);
    stream = step.stream;
    return step.reading;
  });
  return { stream, readings };
}

test('nothing is judged before the first window, everything after it', () => {
  const { readings } = run(emptyStream(4), 300, (index) => rowOf(rows, index));
  expect(readings.slice(0, 256).every((reading) => reading === undefined)).toBe(true);
  expect(readings.slice(256).every((reading) => reading !== undefined)).toBe(true);
});

test('a fault is seen, normal rows are not', () => {
  const { stream, readings } = run(emptyStream(4), 1_500, (index) => rowOf(rows, index));
  expect(readings.filter((reading) => (reading?.score ?? 0) > 0.5).length).toBeLessThan(25);
  expect(run(stream, 3, () => [8, 8, -8, 8]).readings.at(-1)?.score).toBeGreaterThan(0.9);
});

test('later rows never change earlier readings', () => {
  const one = run(emptyStream(4), 1_000, (index) => rowOf(rows, index)).readings;
  const other = run(emptyStream(4), 1_000, (index) => (index < 700 ? rowOf(rows, index) : [50, 50, 50, 50])).readings;
  expect(one.slice(0, 700)).toEqual(other.slice(0, 700));
});

test('a lasting change is strange at first and normal after some time', () => {
  const shifted = (index: number): number[] => [...rowOf(rows, index)].map((value) => value + 20);
  const { stream } = run(emptyStream(4), 1_024, (index) => rowOf(rows, index));
  const { readings } = run(stream, 2_900, (index) => shifted(1_024 + index));
  expect(readings[20]?.score).toBeGreaterThan(0.9);
  expect(readings.slice(-200).filter((reading) => (reading?.score ?? 1) > 0.5).length).toBeLessThan(20);
});

test('the first fits come after twice as many rows, later ones at a fixed distance', () => {
  let stream = emptyStream(4);
  const due: number[] = [];
  for (let index = 0; index < 4_000; index += 1) {
    const step = observeRow(stream, rowOf(rows, index), options);
    stream = step.stream;
    if (!step.isFitDue) continue;
    due.push(stream.window.seen);
    stream = adoptModel(stream, fitEntity(trainingRows(stream), options, 1));
  }
  expect(due).toEqual([256, 512, 1_024, 2_048, 3_072]);
});

test('a slow model is adopted when it is ready, and rows are judged by the old one until then', () => {
  let stream = run(emptyStream(4), 256, (index) => rowOf(rows, index)).stream;
  let isDue = false;
  for (let index = 256; index < 600; index += 1) {
    const step = observeRow(stream, rowOf(rows, index), options);
    expect(step.reading).toBeDefined();
    isDue = step.isFitDue;
    stream = step.stream;
  }
  expect(isDue).toBe(true);
  expect(
    observeRow(adoptModel(stream, fitEntity(trainingRows(stream), options, 2)), rowOf(rows, 600), options).isFitDue,
  ).toBe(false);
});

test('a stream restored from JSON goes on identically', () => {
  const { stream } = run(emptyStream(4), 1_100, (index) => rowOf(rows, index));
  if (stream.entity === undefined) throw new Error('there is no model to save');
  const saved = JSON.parse(JSON.stringify({ window: saveWindow(stream.window), entity: saveEntity(stream.entity) }));
  const restored = { ...stream, window: restoreWindow(saved.window), entity: restoreEntity(saved.entity) };
  const onward = (from: EntityStream): (EntityReading | undefined)[] =>
    run(from, 1_100, (index) => rowOf(rows, 1_100 + index)).readings;
  expect(onward(restored)).toEqual(onward(stream));
});

test('an entity with an autoencoder and a gap in its last row is restored identically', () => {
  const model = fitEntity(rows, { autoencoder: { epochs: 1 }, sampleRows: 512 }, 3);
  const { state } = scoreEntity(startEntity(model), [1, Number.NaN, 0, -1]);
  const restored = restoreEntity(JSON.parse(JSON.stringify(saveEntity(state))));
  expect(scoreEntity(restored, [0, 1, 2, 3]).reading).toEqual(scoreEntity(state, [0, 1, 2, 3]).reading);
});
