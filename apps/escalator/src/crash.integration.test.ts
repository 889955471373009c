import { escalationBucket } from '@cortex/contracts';
import { bundleApp, eventually, startProcess, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import type { TestProcess } from '@cortex/testing';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { EscalatorFixture } from './test/fixture.ts';

const app = join(import.meta.dirname, '..');
const running: TestProcess[] = [];
let fixture: EscalatorFixture;

beforeAll(() => bundleApp(app));
beforeEach(async () => {
  fixture = await EscalatorFixture.start({ nats: await startProvisionedNats(), folder: temporaryFolder() });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.kill()));
  await fixture.stop();
});

function startEscalatorProcess(): TestProcess {
  const process = startProcess(['node', join(app, 'dist/main.js')], { env: fixture.environment() });
  running.push(process);
  return process;
}

const levels = (): number[] => fixture.pages.map((page) => page.level);

it('notifies the next level although the process was killed between the levels', async () => {
  fixture.writeConfiguration(['0s', '4s']);
  const first = startEscalatorProcess();
  const startedMs = Date.now();
  await fixture.request(randomUUID());
  await eventually(() => expect(levels()).toEqual([1]));
  await first.kill();
  startEscalatorProcess();
  await eventually(() => expect(levels()).toEqual([1, 2]), { timeoutMs: 20_000 });
  expect((fixture.pages[1]?.atMs ?? 0) - startedMs).toBeGreaterThanOrEqual(4_000);
});

it('sends a page again under the same key when it was killed before it knew the answer', async () => {
  fixture.writeConfiguration(['0s']);
  fixture.receiver.answer = () => undefined;
  const first = startEscalatorProcess();
  const incidentId = randomUUID();
  await fixture.request(incidentId);
  await eventually(() => expect(levels()).toEqual([1]));
  await first.kill();
  fixture.receiver.answer = (response) => response.writeHead(200).end();
  startEscalatorProcess();
  await eventually(() => expect(levels()).toEqual([1, 1]), { timeoutMs: 30_000 });
  expect(new Set(fixture.pages.map((page) => page.key)).size).toBe(1);
  const bucket = await fixture.bus.bucket(escalationBucket);
  await eventually(async () =>
    expect((await bucket.get(incidentId))?.value.notifications[0]).toMatchObject({ status: 'delivered', attempts: 2 }),
  );
});

it('delivers the page to a receiver that was down while the escalator was killed twice', async () => {
  fixture.writeConfiguration(['0s']);
  let isUp = false;
  fixture.receiver.answer = (response) => response.writeHead(isUp ? 200 : 503).end();
  let process = startEscalatorProcess();
  await fixture.request(randomUUID());
  for (let kills = 1; kills <= 2; kills += 1) {
    await eventually(() => expect(levels().length).toBeGreaterThanOrEqual(kills), { timeoutMs: 20_000 });
    await process.kill();
    process = startEscalatorProcess();
  }
  isUp = true;
  const before = levels().length;
  await eventually(() => expect(levels().length).toBe(before + 1), { timeoutMs: 30_000 });
  expect(new Set(fixture.pages.map((page) => page.key)).size).toBe(1);
});
