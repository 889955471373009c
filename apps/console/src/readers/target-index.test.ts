import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { healthBucket, targetKey, type CheckDefinition, type Service } from '@cortex/contracts';
import { eventually, silentLogger } from '@cortex/testing';
import { expect, test } from 'vitest';
import { startTargetIndex } from './target-index.ts';

const target = { service: 'shop', instance: 'shop-1' };
const seenAt = '2026-03-02T10:00:00.000Z';
const after = (seconds: number): Date => new Date(Date.parse(seenAt) + seconds * 1_000);

function check(tier: CheckDefinition['tier'], intervalMs: number): CheckDefinition {
  const base = { name: `${tier} check`, type: 'tcp_port', target, params: {} };
  return { ...base, tier, intervalMs, timeoutMs: 1_000, retries: 0 } as unknown as CheckDefinition;
}

test('what nobody has looked at for three runs of its slowest check, comprehensive ones aside, is said so', async () => {
  const bus = connectMemoryBus(new MemoryServer(), { source: '/cortex/console', name: 'test', logger: silentLogger });
  const bucket = await bus.bucket(healthBucket);
  await bucket.put(targetKey(target), { target, state: 'HEALTHY', since: seenAt, flapping: false, seenAt, memory: {} });
  const services = [{ name: 'shop', instances: [{ id: 'shop-1' }] }] as unknown as Service[];
  const checks = [check('shallow', 10_000), check('deep', 30_000), check('comprehensive', 3_600_000)];
  const index = await startTargetIndex(bucket, { services, checks }, () => undefined);
  await eventually(() => expect(index.list(after(0))).toMatchObject([{ state: 'HEALTHY' }]));
  // A minute until it is written again, and three times 31 s.
  expect(index.list(after(153))[0]?.unseenSince).toBeUndefined();
  expect(index.list(after(154))[0]?.unseenSince).toBe(seenAt);
  await index.stop();
});
