import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import type { Bus, Consumption } from '@cortex/bus';
import { clockBucket, healthChanged } from '@cortex/contracts';
import type { EventData } from '@cortex/contracts';
import { eventually, silentLogger } from '@cortex/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ServiceContext } from '@cortex/service';
import { watchClocks } from './clock-health.ts';
import { OwnHealth } from './own-health.ts';

const maxSkewMs = 5_000;
let bus: Bus;
let clocks: Consumption;
let told: EventData<'health.changed'>[];

beforeEach(async () => {
  told = [];
  bus = connectMemoryBus(new MemoryServer(), {
    source: '/cortex/escalator',
    name: 'escalator-1',
    logger: silentLogger,
  });
  await bus.read({ event: healthChanged, from: 'all', handle: ({ data }) => void told.push(data) });
  const logger = silentLogger as unknown as ServiceContext['logger'];
  clocks = await watchClocks({ bus, maxSkewMs, health: new OwnHealth({ bus, logger, runtime: bus.runtime }) });
});
afterEach(async () => {
  await clocks.stop();
  await bus.drain(100);
});

async function show(aheadMs: number): Promise<void> {
  const bucket = await bus.bucket(clockBucket);
  await bucket.put('executor-1', { at: new Date(bus.runtime.now().getTime() + aheadMs).toISOString(), aheadMs });
}

it.each([
  [-3_600_000, /3600\.\d s behind/],
  [3_600_000, /3\d{3}\.\d s ahead of/],
])('tells of a clock that is %i ms off, once, and of its end', async (aheadMs, words) => {
  await show(aheadMs);
  await eventually(() => told.length === 1);
  expect(told[0]).toMatchObject({ target: { service: 'cortex', instance: 'clock-executor-1' }, to: 'UNHEALTHY' });
  expect(told[0]?.reason).toMatch(words);
  await show(aheadMs);
  await show(0);
  await eventually(() => told.length === 2);
  expect(told[1]).toMatchObject({ to: 'HEALTHY', failing: [] });
});

it('says nothing of one that is as good as right, and of a process that is gone no more', async () => {
  await show(maxSkewMs - 1_000);
  await show(-maxSkewMs + 1_000);
  await show(maxSkewMs + 1_000);
  await eventually(() => told.length === 1);
  await (await bus.bucket(clockBucket)).delete('executor-1');
  await eventually(() => told.length === 2);
  expect(told.map(({ to }) => to)).toEqual(['UNHEALTHY', 'HEALTHY']);
});

it('says nothing of a clock that is right when its reading was written late, after an outage of NATS', async () => {
  const bucket = await bus.bucket(clockBucket);
  const at = new Date(bus.runtime.now().getTime() - 60_000).toISOString();
  await bucket.put('executor-1', { at });
  await bucket.put('executor-1', { at, aheadMs: 3 });
  await show(maxSkewMs + 1_000);
  await eventually(() => told.length === 1);
  expect(told[0]?.reason).toMatch(/6\.0 s ahead of/);
});
