import { BusUnavailableError, MemoryServer, connectMemoryBus } from '@cortex/bus';
import { healthBucket, targetKey, type CortexEvent, type HealthRecord } from '@cortex/contracts';
import { silentLogger } from '@cortex/testing';
import { describe, expect, test } from 'vitest';
import { openHealthStore } from './adapters/health-store.ts';
import { TargetMonitor } from './target-monitor.ts';

const target = { service: 'shop', instance: 'shop-1' };
const checks = [
  { name: 'web', tier: 'shallow' },
  { name: 'port', tier: 'deep' },
  { name: 'rare', tier: 'comprehensive' },
] as const;

/** The monitor of a target on a bus in memory, at a time of its own. */
async function monitored() {
  let nowMs = Date.now();
  let isAway = false;
  const server = new MemoryServer();
  const bus = connectMemoryBus(server, { source: '/cortex/test', name: 'test', logger: silentLogger });
  const store = await openHealthStore(bus);
  const monitor = await TargetMonitor.open({
    target,
    settings: { recoverAfter: 2, flapping: { returns: 6, withinMs: 600_000 }, checks },
    findDependenciesDown: () => [],
    findUnfrozenAt: () => undefined,
    store: {
      load: (of, now) => store.load(of, now),
      save: (record) => (isAway ? Promise.reject(new BusUnavailableError('the write', undefined)) : store.save(record)),
    },
    bus,
    offerResult: () => undefined,
    onState: () => undefined,
    onChange: () => undefined,
    logger: silentLogger,
    now: () => new Date(nowMs),
  });
  const iso = () => new Date(nowMs).toISOString();
  const give = async (result: 'pass' | 'fail', names: readonly string[]): Promise<void> => {
    for (const name of names) {
      const tier = checks.find((check) => check.name === name)?.tier ?? 'shallow';
      const said = { check: name, type: 'tcp_port', tier, target, attempts: 1, durationMs: 1, detail: 'fine' } as const;
      monitor.take({ ...said, result, evidence: {}, observedAt: iso() });
    }
    await monitor.settle();
  };
  const pass = (...names: readonly string[]) => give('pass', names);
  const fail = (...names: readonly string[]) => give('fail', names);
  const bucket = await bus.bucket(healthBucket);
  const stored = async (): Promise<HealthRecord | undefined> => (await bucket.get(targetKey(target)))?.value;
  const garble = (): void => {
    const subject = `$KV.${healthBucket.name}.${targetKey(target)}`;
    server.publish(subject, new TextEncoder().encode('{"state":NaN'), { msgID: 'garbled' });
  };
  const told = (): readonly string[] =>
    [...server.messages('SIGNALS')]
      .filter(({ subject }) => subject.startsWith('cortex.health.changed.'))
      .map(({ data }) => {
        const { data: change } = JSON.parse(new TextDecoder().decode(data)) as CortexEvent<'health.changed'>;
        return `${change.from} > ${change.to}`;
      });
  return {
    monitor,
    setAway: (to: boolean) => void (isAway = to),
    pass,
    fail,
    stored,
    told,
    garble,
    iso,
    wait: (ms: number) => void (nowMs += ms),
  };
}

describe('the record of a target in which nothing changes', () => {
  test('says since when all checks have answered, comprehensive ones aside', async () => {
    const { pass, stored, iso, wait } = await monitored();
    await pass('rare', 'web');
    expect((await stored())?.seenAt).toBeUndefined();
    const webAt = iso();
    wait(500);
    await pass('port');
    expect(await stored()).toMatchObject({ state: 'HEALTHY', seenAt: webAt });
  });

  test('is not written at each result', async () => {
    const { pass, stored, iso, wait } = await monitored();
    await pass('web', 'port');
    const firstAt = iso();
    wait(30_000);
    await pass('web', 'port');
    expect((await stored())?.seenAt).toBe(firstAt);
  });

  test('is written once a minute, so that its age says whether anybody still looks', async () => {
    const { pass, stored, iso, wait } = await monitored();
    await pass('web', 'port');
    wait(60_000);
    await pass('web', 'port');
    expect((await stored())?.seenAt).toBe(iso());
  });

  test('is written as soon as all have answered after a look was asked for', async () => {
    const { monitor, pass, stored, iso, wait } = await monitored();
    await pass('web', 'port');
    const before = iso();
    wait(5_000);
    monitor.saveWhenSeen();
    await pass('web');
    expect((await stored())?.seenAt).toBe(before);
    wait(10);
    const askedAt = iso();
    await pass('port');
    expect(Date.parse((await stored())?.seenAt ?? '')).toBe(Date.parse(askedAt) - 10);
    wait(5_000);
    await pass('web', 'port');
    expect(Date.parse((await stored())?.seenAt ?? '')).toBe(Date.parse(askedAt) - 10);
  });

  test('is mended with what is known when it cannot be read any more', async () => {
    const { pass, stored, garble, wait } = await monitored();
    await pass('web', 'port', 'rare');
    const before = await stored();
    expect(before).toMatchObject({ state: 'HEALTHY' });
    garble();
    expect(await stored()).toBeUndefined();
    wait(60_000);
    await pass('web', 'port');
    expect(await stored()).toMatchObject({ state: 'HEALTHY', since: before?.since, change: before?.change });
  });
});

test('what came and went while NATS took no writes is told when it does again', async () => {
  const { setAway, pass, fail, told, stored, wait } = await monitored();
  await pass('web', 'port', 'rare');
  await fail('web', 'port');
  setAway(true);
  for (const give of [pass, pass, fail]) {
    wait(1_000);
    await give('web', 'port');
  }
  setAway(false);
  wait(1_000);
  await fail('port');
  expect(told().filter((change) => !/^UNKNOWN|^(\w+) > \1$/.test(change))).toEqual([
    'HEALTHY > DEGRADED',
    'DEGRADED > UNHEALTHY',
    'UNHEALTHY > HEALTHY',
    'HEALTHY > DEGRADED',
    'DEGRADED > UNHEALTHY',
  ]);
  expect((await stored())?.state).toBe('UNHEALTHY');
});
