import { timerBucket } from '@cortex/contracts';
import { pause } from '@cortex/runtime';
import { expect, test } from 'vitest';
import { connectMemoryBus } from './memory/connect-memory-bus.ts';
import { MemoryServer } from './memory/memory-server.ts';
import { silentLogger } from './test/bus-fixture.ts';
import { VirtualTime } from './test/virtual-time.ts';

const subject = `$KV.${timerBucket.name}.decision.key`;

/** Lets a timer fire; says what the server stored, in its order. */
async function storedWhileFiring(onDue: (server: MemoryServer) => void = () => undefined): Promise<readonly string[]> {
  const time = new VirtualTime();
  const stored: string[] = [];
  const server: MemoryServer = new MemoryServer({
    runtime: time,
    onStored(_stream, message) {
      const isDue = message.subject.startsWith('cortex.timer.due.');
      if (isDue) stored.push('due');
      else if (message.subject === subject) stored.push(message.data.length === 0 ? 'deleted' : 'set');
      if (isDue && stored.filter((what) => what === 'due').length === 1) onDue(server);
    },
  });
  await time.run(async () => {
    const options = { source: '/cortex/decision', name: 'one', logger: silentLogger, runtime: time };
    const bus = connectMemoryBus(server, options);
    const timers = await bus.timers('decision');
    const dueAt = new Date(time.now().getTime() + 100);
    await timers.schedule({ key: 'key', dueAt, service: 'shop', purpose: 'test', revision: 1 });
    await new Promise<void>((resolve) => void time.after(2_000, resolve));
    await bus.drain(100);
  });
  return stored;
}

test('a timer is told before its record is deleted: a crash between the two repeats it, and loses nothing', async () => {
  expect(await storedWhileFiring()).toEqual(['set', 'due', 'deleted']);
});

test('a timer that is set anew while it fires fires again', async () => {
  const setAnew = (server: MemoryServer): void => {
    const record = {
      owner: 'decision',
      service: 'shop',
      purpose: 'test',
      dueAt: '2026-01-05T00:00:01.000Z',
      payload: {},
    };
    server.publish(subject, Buffer.from(JSON.stringify(record)), { msgID: 'anew' });
  };
  expect(await storedWhileFiring(setAnew)).toEqual(['set', 'due', 'set', 'due', 'deleted']);
});

test('timers that are over leave nothing behind, and a key can be set again', async () => {
  const time = new VirtualTime();
  const server = new MemoryServer({ runtime: time });
  const left = (): readonly string[] => server.subjects(`KV_${timerBucket.name}`, '>');
  await time.run(async () => {
    const options = { source: '/cortex/decision', name: 'one', logger: silentLogger, runtime: time };
    const bus = connectMemoryBus(server, options);
    const timers = await bus.timers('decision');
    const timer = (key: string) => {
      const dueAt = new Date(time.now().getTime() + 600_000);
      return { key, dueAt, service: 'shop', purpose: 'test', revision: 1 };
    };
    for (let index = 0; index < 20; index += 1) {
      await timers.schedule(timer(`t-${index}`));
      await timers.cancel(`t-${index}`, 1);
    }
    expect(left()).toHaveLength(20);
    await pause(time, 120_000);
    expect(left()).toEqual([]);
    await timers.schedule(timer('t-1'));
    await pause(time, 120_000);
    expect(left()).toEqual([`$KV.${timerBucket.name}.decision.t-1`]);
    await bus.drain(100);
  });
});
