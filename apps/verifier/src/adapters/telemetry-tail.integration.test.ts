import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { partitionDraft, telemetryMetrics } from '@cortex/contracts';
import type { SeriesBatch } from '@cortex/contracts';
import { eventually, silentLogger, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TelemetryTails } from './telemetry-tail.ts';

let nats: ProvisionedNats;
let bus: Bus;
let readings: number;
let tails: TelemetryTails;

beforeEach(async () => {
  nats = await startProvisionedNats();
  bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
  readings = 0;
  tails = new TelemetryTails({
    read: (reading) => {
      readings += 1;
      return bus.read(reading);
    },
  });
});

afterEach(async () => {
  await bus.drain(1_000);
  await nats.stop();
});

async function publish(value: number): Promise<Date> {
  const series = [{ service: 'shop', metric: 'load', timesMs: [value], values: [value] }];
  const event = await bus.publish(partitionDraft(telemetryMetrics, { partition: 0, data: { partition: 0, series } }));
  return new Date(event.time);
}

function notebook() {
  const seen: number[] = [];
  return {
    seen,
    take: (batches: readonly SeriesBatch[]): void => void seen.push(...batches.flatMap(({ values }) => values)),
  };
}

describe('telemetry tails', () => {
  it('concurrent tails share one reader, and each sees past and present once', async () => {
    const from = await publish(1);
    await publish(2);
    const [first, second, late] = [notebook(), notebook(), notebook()];
    const running = await Promise.all([tails.tail(from, first.take), tails.tail(from, second.take)]);
    await publish(3);
    await eventually(() => expect(first.seen).toEqual([1, 2, 3]));
    running.push(await tails.tail(from, late.take));
    await publish(4);
    for (const { seen } of [first, second, late]) await eventually(() => expect(seen).toEqual([1, 2, 3, 4]));
    expect(readings).toBe(1);
    await Promise.all(running.map((tail) => tail.stop()));
  });

  it('a tail that looks further back has a reader of its own', async () => {
    const from = await publish(1);
    await eventually(() => Date.now() > from.getTime() + 5);
    const later = await publish(2);
    const [short, long] = [notebook(), notebook()];
    const running = [await tails.tail(later, short.take), await tails.tail(from, long.take)];
    await eventually(() => expect(short.seen).toEqual([2]));
    await eventually(() => expect(long.seen).toEqual([1, 2]));
    await Promise.all(running.map((tail) => tail.stop()));
  });

  it('the shared reader stops with the last tail, and the next tail starts a new one', async () => {
    const from = await publish(1);
    const [first, next] = [notebook(), notebook()];
    await (await tails.tail(from, first.take)).stop();
    await publish(2);
    const tail = await tails.tail(from, next.take);
    await eventually(() => expect(next.seen).toEqual([1, 2]));
    expect(first.seen).toEqual([1]);
    expect(readings).toBe(2);
    await tail.stop();
  });
});
