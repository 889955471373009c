import type { Bus } from '@cortex/bus';
import { incidentArchiveBucket, incidentBucket, openIncidentBucket, timerBucket } from '@cortex/contracts';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { onlyRecord, publishAnswers, publishTrouble, requestsUntil, startReplica, timersNow } from './two-replicas.ts';

/** What must hold when a replica stands still between its record and what follows from it, whatever the bus. */
export function standingStill(connect: (name: string) => Promise<Bus>): void {
  test('what a replica does late does not touch the timers that another has set since', async () => {
    const [late, other] = [await startReplica(await connect('late')), await startReplica(await connect('other'))];
    await other.brain.takeForService(await publishTrouble(other.bus), 'shop', randomUUID());
    const [first] = await requestsUntil(other.bus, 1);
    if (first === undefined) throw new Error('nothing was requested');
    const [completed, verified] = await publishAnswers(other.bus, first);

    await late.sweep.run();
    const { reached, goOn } = late.standStill();
    const standing = late.brain.takeForIncident(completed, first.data.incidentId);
    await reached;
    expect((await onlyRecord(late.bus)).incident.status).toBe('verifying');
    await other.brain.takeForIncident(verified, first.data.incidentId);
    const before = await timersNow(other.bus);
    expect(before.stored).toEqual(before.relied);
    expect(before.relied).not.toEqual({});

    goOn();
    await standing;
    expect(await timersNow(other.bus)).toEqual(before);
    await Promise.all([late.stop(), other.stop()]);
  });

  test('a timer that is lost, and what a dead replica had still to do, is made good by the sweep of another', async () => {
    const [dead, other] = [await startReplica(await connect('dead')), await startReplica(await connect('living'))];
    const { reached } = dead.standStill();
    void dead.brain.takeForService(await publishTrouble(dead.bus), 'shop', randomUUID());
    await reached;
    const without = await timersNow(other.bus);
    expect(without.relied).not.toEqual({});
    expect(without.stored).toEqual({});

    await other.sweep.run();
    const { relied, stored } = await timersNow(other.bus);
    expect(stored).toEqual(relied);
    expect(await requestsUntil(other.bus, 1)).toHaveLength(1);

    const timers = await other.bus.bucket(timerBucket);
    await timers.clear('decision.*');
    const replacement = await startReplica(await connect('replacement'));
    await replacement.sweep.run();
    expect((await timersNow(other.bus)).stored).toEqual(relied);
    // One that is lost later, of a record that stays as it is, is noticed by its absence alone.
    for (const key of await timers.keys('decision.*')) await timers.delete(key);
    await expect
      .poll(async () => {
        await replacement.sweep.run();
        return (await timersNow(other.bus)).stored;
      })
      .toEqual(relied);
    await Promise.all([other.stop(), replacement.stop(), dead.stop()]);
  });

  test('a signal that is delivered again after its incident was archived opens nothing', async () => {
    const first = await startReplica(await connect('first'));
    const id = randomUUID();
    await first.brain.takeForService(await publishTrouble(first.bus), 'shop', id);
    const { incident } = await onlyRecord(first.bus);
    await (await first.bus.bucket(incidentArchiveBucket)).put(id, incident);
    const records = await first.bus.bucket(incidentBucket);
    await records.clear(id);
    await (await first.bus.bucket(openIncidentBucket)).clear('shop');
    const later = await startReplica(await connect('later'));
    await later.brain.takeForService(await publishTrouble(later.bus), 'shop', id);
    expect(await records.keys()).toEqual([]);
    await later.brain.takeForService(await publishTrouble(later.bus), 'shop', randomUUID());
    expect(await records.keys()).toHaveLength(1);
    await Promise.all([first.stop(), later.stop()]);
  });
}
