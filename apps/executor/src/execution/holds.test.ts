import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { leaseBucket } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import { silentLogger } from '@cortex/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { remediationOf } from '../test/remediation.ts';
import { TryAgainLater } from './errors.ts';
import { takeHolds } from './holds.ts';
import type { ExecutorParts } from './parts.ts';

const planOf = (...instances: readonly string[]) =>
  remediationOf({ targets: instances.map((instance) => ({ instance })), steps: [{ action: 'no_op' }] });

describe('the holds of an execution', () => {
  let buses: readonly Bus[];
  let mine: ExecutorParts;
  let others: ExecutorParts;

  beforeEach(async () => {
    const server = new MemoryServer();
    buses = ['executor-1', 'executor-2'].map((name) =>
      connectMemoryBus(server, { source: '/cortex/executor', name, logger: silentLogger }),
    );
    const parts = buses.map(async (bus) => {
      const leaseRecords = await bus.bucket(leaseBucket);
      return { leases: await bus.leases(), leaseRecords, runtime: systemRuntime } as unknown as ExecutorParts;
    });
    [mine, others] = (await Promise.all(parts)) as [ExecutorParts, ExecutorParts];
    return async () => void (await Promise.all(buses.map((bus) => bus.drain(100))));
  });

  it('are on every target, and nobody else gets one of them', async () => {
    const plan = planOf('shop-1', 'shop-2');
    const taken = await takeHolds(mine, plan);
    if (!taken.ok) throw new RangeError(taken.reason);
    for (const target of plan.targets) {
      await taken.holds.assertHeld(target);
      expect(taken.holds.token(target)).toBeGreaterThan(0);
    }
    expect(await takeHolds(others, planOf('shop-2'))).toEqual({
      ok: false,
      reason: 'another execution holds shop/shop-2',
    });
    await taken.holds.release();
    expect(await takeHolds(others, planOf('shop-2'))).toMatchObject({ ok: true });
  });

  it('are all or none: where another has one, the others are let go', async () => {
    expect(await takeHolds(others, planOf('shop-2'))).toMatchObject({ ok: true });
    expect(await takeHolds(mine, planOf('shop-1', 'shop-2', 'shop-3'))).toEqual({
      ok: false,
      reason: 'another execution holds shop/shop-2',
    });
    expect(await takeHolds(others, planOf('shop-1', 'shop-3'))).toMatchObject({ ok: true });
  });

  it('are waited for where an earlier run of the same execution has left them', async () => {
    const plan = planOf('shop-1');
    expect(await takeHolds(others, plan)).toMatchObject({ ok: true });
    await expect(takeHolds(mine, plan)).rejects.toBeInstanceOf(TryAgainLater);
  });
});
