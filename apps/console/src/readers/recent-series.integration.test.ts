import { partitionDraft, telemetryMetrics, type SeriesBatch } from '@cortex/contracts';
import { startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from '../test/running-console.ts';

let nats: ProvisionedNats;
let running: RunningConsole;
const folder = temporaryFolder();
const startMs = Date.now() - 60_000;

beforeAll(async () => {
  nats = await startProvisionedNats();
  running = await startRunningConsole(nats.url, folder.path);
});
afterAll(async () => {
  await running?.stop();
  await nats?.stop();
  folder.remove();
});

async function send(partition: number, ...series: readonly SeriesBatch[]): Promise<void> {
  await running.bus.publish(
    partitionDraft(telemetryMetrics, {
      partition,
      data: { partition, series: [...series] },
      key: String(Math.random()),
    }),
  );
}

const seconds = (...count: readonly number[]): number[] => count.map((one) => startMs + 1_000 * one);
const disk = (mount: string, timesMs: number[], values: number[]): SeriesBatch => {
  return { service: 'shop', instance: 'shop-1', metric: 'disk_free', unit: 'By', labels: { mount }, timesMs, values };
};

test('each series that arrived is shown once, with its newest value, whatever came late', async () => {
  expect((await running.call('GET', '/metrics/series')).body).toEqual({ series: [], total: 0, isWhole: true });
  await send(1, disk('/', seconds(2, 3, 1), [20, 30, 10]), disk('/data', seconds(1), [1]));
  await send(1, disk('/', seconds(2.5), [25]), disk('/data', seconds(9), [9]));
  await send(2, { service: 'auth', metric: 'rate', labels: {}, timesMs: seconds(4), values: [0.5] });

  const at = (second: number): string => new Date(startMs + 1_000 * second).toISOString();
  const ofDisk = { service: 'shop', instance: 'shop-1', metric: 'disk_free', unit: 'By' };
  expect((await running.call('GET', '/metrics/series')).body).toEqual({
    series: [
      { service: 'auth', metric: 'rate', labels: {}, value: 0.5, at: at(4) },
      { ...ofDisk, labels: { mount: '/' }, value: 30, at: at(3) },
      { ...ofDisk, labels: { mount: '/data' }, value: 9, at: at(9) },
    ],
    total: 3,
    isWhole: true,
  });
  const ofShop = await running.call('GET', '/metrics/series?service=shop&limit=1');
  expect(ofShop.body).toMatchObject({ series: [{ labels: { mount: '/' } }], total: 2 });
});
