import { connectBus, type Bucket, type Bus } from '@cortex/bus';
import { detectorBucket } from '@cortex/contracts';
import { silentLogger, startProvisionedNats, type ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Snapshot } from './snapshot-head.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { Semaphore } from '@cortex/runtime';

let nats: ProvisionedNats;
let bus: Bus;
let bucket: Bucket<Snapshot>;
let errors: unknown[];

beforeAll(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/detector', name: 'test', logger: silentLogger });
  bucket = await bus.bucket(detectorBucket);
});
afterAll(async () => {
  await bus.drain(1_000);
  await nats.stop();
});
beforeEach(async () => {
  errors = [];
  await bucket.clear('>');
});

/** A store that always considers itself the owner: the worst case of a zombie. */
function store(token: number): SnapshotStore {
  const onError = (error: unknown): void => void errors.push(error);
  return new SnapshotStore({
    bucket,
    partition: '0',
    partitions: 1,
    snapshotWrites: new Semaphore(1),
    owner: { token, isHeld: () => true },
    now: () => new Date(),
    onError,
  });
}

const entities = Array.from({ length: 9 }, (_, at) => ({ key: `shop|shop-${at}` }));
const seriesOf = (marker: string, count = 300): string[] => Array.from({ length: count }, (_, at) => `${marker}-${at}`);

async function save(to: SnapshotStore, sequence: number, marker: string, count?: number): Promise<void> {
  to.note({ sequence, save: () => ({ clockMs: sequence, series: seriesOf(marker, count), entities }) });
  await to.flush();
}

const load = (token: number) => store(token).load();
const tokensOfParts = async () => new Set((await bucket.keys('0.>')).map((key) => key.split('.')[1]));

test('a saved state is loaded by the next owner, again and again', async () => {
  const first = store(1);
  expect(await first.load()).toBeUndefined();
  await save(first, 5, 'five');
  await save(first, 6, 'six');
  expect(await load(2)).toEqual({ sequence: 6, state: { clockMs: 6, series: seriesOf('six'), entities } });
  expect(await load(3)).toEqual({ sequence: 6, state: { clockMs: 6, series: seriesOf('six'), entities } });
  expect(errors).toEqual([]);
});

test('a zombie changes nothing for its successor, whether or not the successor has saved already', async () => {
  const zombie = store(1);
  await zombie.load();
  await save(zombie, 5, 'good');
  const owner = store(2);
  expect(await owner.load()).toMatchObject({ sequence: 5 });
  await save(zombie, 9, 'bad');
  await save(zombie, 10, 'worse');
  expect(errors).toHaveLength(2);
  expect(await load(3)).toEqual({ sequence: 5, state: { clockMs: 5, series: seriesOf('good'), entities } });
});

test('a zombie from before the first snapshot is shut out too', async () => {
  const zombie = store(1);
  await zombie.load();
  await store(2).load();
  await save(zombie, 9, 'bad');
  expect(errors).toHaveLength(1);
  expect(await load(3)).toBeUndefined();
});

test('an owner that learns late of its loss does not take the partition back from a later owner', async () => {
  const owner = store(7);
  await owner.load();
  await save(owner, 5, 'five');
  await expect(load(6)).rejects.toThrow('another detector has taken the partition over');
  await save(owner, 6, 'six');
  expect(errors).toEqual([]);
  expect(await load(8)).toMatchObject({ sequence: 6 });
});

test('parts of earlier owners are removed, those of later ones are not', async () => {
  const first = store(1);
  await first.load();
  await save(first, 5, 'five');
  const zombie = store(2);
  await zombie.load();
  const owner = store(3);
  await owner.load();
  await save(owner, 7, 'seven');
  expect(await tokensOfParts()).toEqual(new Set(['3']));
  await save(zombie, 6, 'six');
  expect(await load(4)).toMatchObject({ sequence: 7, state: { series: seriesOf('seven') } });
});

test('an unreadable head is replaced, and reported', async () => {
  await bucket.put('0', { sequence: 3, state: { generation: 'a', parts: 1 }, savedAt: new Date().toISOString() });
  await bucket.put('0.a.0', { sequence: 3, state: { series: [] }, savedAt: new Date().toISOString() });
  const owner = store(1);
  await expect(owner.load()).rejects.toThrow('the snapshot is of another form');
  await save(owner, 4, 'new');
  expect(await tokensOfParts()).toEqual(new Set(['1']));
  expect(await load(2)).toMatchObject({ sequence: 4 });
});

test('a snapshot with a missing part is recognised', async () => {
  const first = store(1);
  await first.load();
  await save(first, 5, 'five');
  await bucket.delete('0.1.a.1');
  await expect(load(2)).rejects.toThrow('part 1 of the snapshot is of another time');
});
