import { anomalyCleared, leaseBucket } from '@cortex/contracts';
import { eventually, startProcess, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats, TestProcess } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bus } from './ports.ts';
import { cleared, testBus } from './test/bus-fixture.ts';

const ttlMs = 1_500;
let nats: ProvisionedNats;
let bus: Bus;
const workers: TestProcess[] = [];

beforeAll(async () => {
  nats = await startProvisionedNats({ leaseTtlMs: ttlMs });
  bus = await testBus(nats.url);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await bus?.drain(1_000);
  await nats?.stop();
});

function startWorker(role: 'lease' | 'consumer'): TestProcess {
  const file = new URL('./test/worker-process.ts', import.meta.url).pathname;
  const worker = startProcess([process.execPath, '--import', 'tsx', file, nats.url, role]);
  workers.push(worker);
  return worker;
}

test('a process killed after an effect and before the ack leaves one effect; another handles the event again', async () => {
  const effects: string[] = [];
  await bus.read({
    event: anomalyCleared,
    service: 'effect',
    from: 'all',
    handle: (event) => void effects.push(event.id),
  });
  const first = startWorker('consumer');
  await first.waitForLine('ready');
  await bus.publish(cleared('cause', 'c-1'));
  await first.waitForLine('published at delivery 1');
  const second = startWorker('consumer');
  await second.waitForLine('ready');
  await first.kill();
  await second.waitForLine('published at delivery 2');
  await eventually(() => expect(effects).toHaveLength(1));
  await second.kill();
});

test('a holder that was frozen for longer than its lease makes no effect once another holds it', async () => {
  const holder = startWorker('lease');
  const token = Number((await holder.waitForLine(/^token \d+$/)).slice('token '.length));
  await holder.waitForLine('effect');
  holder.signal('SIGSTOP');
  const records = await bus.bucket(leaseBucket);
  await eventually(async () => expect(await records.get('target.shop.worker')).toBeUndefined());
  const effectsBefore = holder.lines.filter((line) => line === 'effect').length;
  const taken = await (await bus.leases()).acquire('target.shop.worker', 'restart');
  expect(taken?.token).toBeGreaterThan(token);
  holder.signal('SIGCONT');
  expect(await holder.waitForLine(/^refused/)).toBe('refused CORTEX_LEASE_LOST');
  expect(holder.lines).toContain('aborted');
  // One answer may have been in flight when it was stopped: its request was made while the lease was held.
  expect(holder.lines.filter((line) => line === 'effect').length - effectsBefore).toBeLessThanOrEqual(1);
  await taken?.assertHeld();
  await taken?.release();
});
