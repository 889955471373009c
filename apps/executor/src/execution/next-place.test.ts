import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { reservationBucket } from '@cortex/contracts';
import { newRecord } from '@cortex/execution';
import { silentLogger } from '@cortex/testing';
import { expect, it } from 'vitest';
import { remediationOf } from '../test/remediation.ts';
import type { ExecutionRun } from './execution-run.ts';
import { whyNoPlace } from './next-place.ts';
import { Reservations } from './reservations.ts';

it('takes no place for an execution whose leases are over', async () => {
  const bus = connectMemoryBus(new MemoryServer(), { source: '/cortex/executor', name: 'one', logger: silentLogger });
  const bucket = await bus.bucket(reservationBucket);
  const reservations = new Reservations(bucket, { statesOf: () => new Map() }, bus.runtime);
  const remediation = remediationOf({ targets: [{ instance: 'web-1' }], steps: [{ action: 'no_op' }] });
  const leases = new AbortController();
  const run = {
    parts: { reservations },
    journal: { record: newRecord(remediation, bus.runtime.now()) },
    holds: { signal: leases.signal },
  } as unknown as ExecutionRun;
  const [target] = remediation.targets;
  if (target === undefined) throw new RangeError('it has a target');
  leases.abort();
  await expect(whyNoPlace(run, target)).rejects.toThrow('a lease was lost');
  expect(await bucket.keys()).toEqual([]);
});
