import { leaseBucket } from '@cortex/contracts';
import { expect } from 'vitest';
import type { Lease } from '../../ports.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

/** Long enough for a busy machine to renew in time. */
const leaseTtlMs = 1_500;

export function leaseFeatures(start: StartSite): void {
  onStage(
    'leases',
    start,
    (stage) => {
      const { test, open, openByCable, eventually, pause } = stage;

      test('a lease has one holder, renews itself beyond its length, and is free after the release', async () => {
        const one = await open('one');
        const two = await open('two');
        const lease = await (await one.leases()).acquire('target.shop.a', 'restart');
        expect(lease).toBeDefined();
        const others = await two.leases();
        expect(await others.acquire('target.shop.a', 'restart')).toBeUndefined();
        await pause(leaseTtlMs * 2);
        await lease?.assertHeld();
        expect(lease?.signal.aborted).toBe(false);
        expect(await others.held('target.*.*')).toEqual(['target.shop.a']);
        await lease?.release();
        const next = await others.acquire('target.shop.a', 'restart');
        expect(next?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
        await next?.release();
        expect(await others.held('target.*.*')).toEqual([]);
        await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
      });

      test('a holder that was taken over after its expiry finds out before its next effect', async () => {
        const one = await open('one');
        const two = await open('two');
        const lease = await (await one.leases()).acquire('target.shop.b', 'restart');
        // As if this process had been frozen for longer than the lease: the record expires, another process takes
        // the target.
        const records = await two.bucket(leaseBucket);
        await records.delete('target.shop.b');
        const thief = await (await two.leases()).acquire('target.shop.b', 'restart');
        expect(thief?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
        await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
        expect(lease?.signal.aborted).toBe(true);
        await thief?.assertHeld();
        // The release of a lost lease must not free the lease of another holder.
        await lease?.release();
        await thief?.assertHeld();
        await thief?.release();
      });

      test('a successor of the same name takes over at once, another process does not', async () => {
        const one = await open('one');
        const two = await open('two');
        const lease = await (await one.leases()).acquire('member.shop.a', 'work');
        const namesake = await open('one');
        const leases = await namesake.leases();
        expect(await leases.acquire('member.shop.a', 'work')).toBeUndefined();
        expect(await (await two.leases()).acquire('member.shop.a', 'work', { reclaim: true })).toBeUndefined();
        const next = await leases.acquire('member.shop.a', 'work', { reclaim: true });
        expect(next?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
        await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
        expect([lease?.isHeld(), next?.isHeld(), await leases.isHeld('member.shop.a')]).toEqual([false, true, true]);
        await next?.release();
        expect([next?.isHeld(), await leases.isHeld('member.shop.a')]).toEqual([false, false]);
      });

      test('a renewal that meets another holder aborts the signal by itself', async () => {
        const one = await open('one');
        const two = await open('two');
        const lease = await (await one.leases()).acquire('target.shop.c', 'restart');
        await (
          await two.bucket(leaseBucket)
        ).put('target.shop.c', { holder: 'x', purpose: 'y', at: new Date(stage.site.nowMs()).toISOString() });
        await eventually(() => expect(lease?.signal.aborted).toBe(true), leaseTtlMs);
        // At its next renewal, not when it has gone unrenewed for too long.
        expect(String(lease?.signal.reason)).toContain('taken over');
      });

      test('a release frees nothing that another holds by now, although nobody has noticed', async () => {
        const one = await open('one');
        const two = await open('two');
        const lease = await (await one.leases()).acquire('target.shop.h', 'restart');
        const records = await two.bucket(leaseBucket);
        await records.put('target.shop.h', {
          holder: 'x',
          purpose: 'y',
          at: new Date(stage.site.nowMs()).toISOString(),
        });
        await lease?.release();
        expect((await records.get('target.shop.h'))?.value.holder).toBe('x');
      });

      test('tokens of one target grow from holder to holder', async () => {
        const one = await open('one');
        const two = await open('two');
        const tokens: number[] = [];
        for (let round = 0; round < 10; round += 1) {
          const lease = await (await (round % 2 === 0 ? one : two).leases()).acquire('target.shop.d', 'restart');
          tokens.push(lease?.token ?? -1);
          await lease?.release();
        }
        expect(tokens.every((token, index) => token > (tokens[index - 1] ?? 0))).toBe(true);
      });

      test('of fifty concurrent requests, never more than one hold the lease', async () => {
        const one = await open('one');
        const two = await open('two');
        let inside = 0;
        let most = 0;
        let served = 0;
        await Promise.all(
          Array.from({ length: 50 }, async (_unused, index) => {
            const leases = await (index % 2 === 0 ? one : two).leases();
            let lease: Lease | undefined;
            while (lease === undefined) {
              lease = await leases.acquire('target.shop.busy', 'restart');
              if (lease === undefined) await pause(30);
            }
            inside += 1;
            most = Math.max(most, inside);
            await pause(5);
            inside -= 1;
            served += 1;
            await lease.release();
          }),
        );
        expect(served).toBe(50);
        expect(most).toBe(1);
      });

      test('a lease that cannot be renewed because the server is away is given up before it ends there', async () => {
        const one = await open('one');
        const lease = await (await one.leases()).acquire('target.shop.e', 'restart');
        const startedMs = stage.site.nowMs();
        await stage.site.kill();
        await eventually(() => lease?.signal.aborted === true);
        expect(stage.site.nowMs() - startedMs).toBeLessThan(leaseTtlMs);
        await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
        await stage.site.restart();
      });
      test('a lease outlives a short absence of the server', async () => {
        const one = await open('one');
        await eventually(() => one.isConnected());
        const lease = await (await one.leases()).acquire('target.shop.f', 'restart');
        await stage.site.restart();
        await eventually(() => one.isConnected());
        await pause(leaseTtlMs * 1.5);
        await lease?.assertHeld();
        expect(lease?.signal.aborted).toBe(false);
        await lease?.release();
      });

      test('a process that is cut off loses its lease by itself before anyone else can have it', async () => {
        const { bus, cable } = await openByCable('cut off');
        const lease = await (await bus.leases()).acquire('target.shop.g', 'restart');
        const others = await (await open('other')).leases();
        cable.cut();
        let lostMs = 0;
        lease?.signal.addEventListener('abort', () => (lostMs = stage.site.nowMs()), { once: true });
        let next: Lease | undefined;
        await eventually(async () => {
          next = await others.acquire('target.shop.g', 'restart');
          return next !== undefined;
        });
        expect(lostMs).toBeGreaterThan(0);
        expect(lostMs).toBeLessThan(stage.site.nowMs());
        expect(next?.token).toBeGreaterThan(lease?.token ?? Number.POSITIVE_INFINITY);
        expect(lease?.isHeld()).toBe(false);
        cable.mend();
        await expect(lease?.assertHeld()).rejects.toMatchObject({ code: 'CORTEX_LEASE_LOST' });
        await lease?.release();
        await next?.assertHeld();
      });
    },
    leaseTtlMs,
  );
}
