import { healthBucket, reservationBucket, targetKey } from '@cortex/contracts';
import type { HealthState, Remediation } from '@cortex/contracts';
import { eventually, startProcess, startProvisionedNats } from '@cortex/testing';
import type { BundledProgram, ProvisionedNats, TestProcess } from '@cortex/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleExecutor } from './test/bundled-executor.ts';
import { Observer } from './test/observer.ts';
import { remediationOf } from './test/remediation.ts';
import { SlowServers } from './test/slow-servers.ts';
import { Workshop } from './test/workshop.ts';

const names = ['shop-1', 'shop-2', 'shop-3', 'shop-4'];
const listenAfterMs = 6_000;
const patient = { timeoutMs: 90_000 };

describe('of four servers that need six seconds to listen, with one that may be out', { timeout: 150_000 }, () => {
  let nats: ProvisionedNats;
  let observer: Observer;
  let shop: Workshop;
  let servers: SlowServers;
  let running: TestProcess[] = [];

  let program: BundledProgram;
  beforeAll(async () => {
    program = await bundleExecutor();
  });
  afterAll(() => program.remove());
  beforeEach(async () => {
    nats = await startProvisionedNats({ leaseTtlMs: 3_000 });
    observer = await Observer.connect(nats.url);
    shop = new Workshop();
    servers = await SlowServers.start(shop, names, listenAfterMs);
  });
  afterEach(async () => {
    await servers.fewest();
    await Promise.all(running.map((process) => process.kill()));
    running = [];
    await observer.bus.drain(1_000);
    await nats.stop();
    shop.close(names);
  });

  async function executor({ failpoint, isBlind = false }: { failpoint?: string; isBlind?: boolean } = {}) {
    const checks = isBlind ? [] : servers.all.map(({ check }) => check);
    const process = startProcess([globalThis.process.execPath, program.file], {
      env: {
        CORTEX_NATS_URL: nats.url,
        CORTEX_TEST_CHECKS: JSON.stringify(checks),
        ...(failpoint === undefined ? {} : { CORTEX_FAILPOINT: failpoint }),
      },
    });
    running.push(process);
    await process.waitForLine('ready');
    return process;
  }

  const restart = (instances: readonly string[], options: { verification?: object } = {}): Remediation =>
    remediationOf({
      targets: servers.all.filter(({ instance }) => instances.includes(instance)),
      steps: [{ action: 'restart_service' }],
      maxUnavailable: 1,
      ...options,
    });
  const end = (remediation: Remediation) => eventually(() => observer.completed(remediation) ?? false, patient);
  const allServe = () => eventually(async () => (await servers.serving()) === names.length, patient);
  const startedAgain = () => names.filter((name) => shop.starts(name).length > 1);
  async function setHealth(instance: string, state: HealthState): Promise<void> {
    const target = { service: 'shop', instance };
    const health = await observer.bus.bucket(healthBucket);
    const since = new Date().toISOString();
    await health.put(targetKey(target), { target, state, since, flapping: false, memory: {} });
  }

  it('one plan over all of them goes on when the one before serves, and no fewer than three ever serve', async () => {
    await executor();
    const remediation = restart(names);
    await observer.request(remediation);
    expect(await end(remediation)).toMatchObject({ outcome: 'succeeded' });
    await allServe();
    expect(startedAgain()).toEqual(names);
    expect(await servers.fewest()).toBe(3);
    const reservations = await observer.bus.bucket(reservationBucket);
    await eventually(async () => (await reservations.get('shop'))?.value.reservations.length === 0);
  });

  it('an executor that is killed between them keeps to it', async () => {
    const doomed = await executor({ failpoint: 'after_result' });
    const remediation = restart(names.slice(0, 2));
    await observer.request(remediation);
    expect(await doomed.exited).toBe('SIGKILL');
    expect(startedAgain()).toEqual(['shop-1']);
    await executor();
    expect(await end(remediation)).toMatchObject({ outcome: 'succeeded' });
    await allServe();
    expect(await servers.fewest()).toBe(3);
  });

  it('ten executions at once, each for one of them, take out one after the other', async () => {
    await Promise.all([executor(), executor()]);
    for (let left: readonly string[] = names; left.length > 0;) {
      const asked = Array.from({ length: 10 }, (_, index) => restart([left[index % left.length] ?? '']));
      await Promise.all(asked.map((remediation) => observer.request(remediation)));
      await Promise.all(asked.map(end));
      const done = asked.filter((remediation) => observer.completed(remediation)?.outcome === 'succeeded');
      left = left.filter((name) => !done.some(({ targets }) => targets[0]?.instance === name));
      await allServe();
    }
    await allServe();
    expect(await servers.fewest()).toBe(3);
  });

  it('one that is unhealthy for another reason keeps the others from being touched, and may be healed', async () => {
    await executor();
    await Promise.all(names.map((name) => setHealth(name, name === 'shop-4' ? 'UNHEALTHY' : 'HEALTHY')));
    const other = restart(['shop-1', 'shop-2']);
    await observer.request(other);
    expect(await end(other)).toMatchObject({ outcome: 'refused', refusedBy: 'budget' });
    const healing = restart(['shop-4']);
    await observer.request(healing);
    expect(await end(healing)).toMatchObject({ outcome: 'succeeded' });
    expect(startedAgain()).toEqual(['shop-4']);
    await allServe();
    await setHealth('shop-4', 'HEALTHY');
    const later = restart(['shop-1']);
    await eventually(async () => {
      const reservations = await observer.bus.bucket(reservationBucket);
      return (await reservations.get('shop'))?.value.reservations.length === 0;
    });
    await observer.request(later);
    expect(await end(later)).toMatchObject({ outcome: 'succeeded' });
  });

  it('one that never serves again is the last that is touched', async () => {
    await executor();
    servers.breakNextStart(shop, 'shop-1');
    const remediation = restart(names, { verification: { retries: 0, immediateTimeoutMs: 8_000 } });
    await observer.request(remediation);
    const { outcome, reason } = await end(remediation);
    expect(outcome).toBe('failed');
    expect(reason).toMatch(/shop-2 was not begun: it does not serve again within 8 s: listens of shop-1/);
    expect(startedAgain()).toEqual(['shop-1']);
    const other = restart(['shop-3']);
    await observer.request(other);
    expect(await end(other)).toMatchObject({ outcome: 'refused', refusedBy: 'budget' });
    expect(await servers.fewest()).toBe(3);
  });

  it('where no check can tell whether one serves again, the next is not touched', async () => {
    await executor({ isBlind: true });
    const remediation = restart(names);
    await observer.request(remediation);
    const { outcome, reason } = await end(remediation);
    expect(outcome).toBe('failed');
    expect(reason).toMatch(/shop-2 was not begun: nobody can tell whether it serves again/);
    expect(startedAgain()).toEqual(['shop-1']);
  });
});
