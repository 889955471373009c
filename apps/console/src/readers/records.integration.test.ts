import { draft, incidentCloseRequested } from '@cortex/contracts';
import { eventually, startProvisionedNats, temporaryFolder, type ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRunningConsole, type RunningConsole } from '../test/running-console.ts';
import { idOf } from '../test/samples.ts';

let nats: ProvisionedNats;
let running: RunningConsole;
const folder = temporaryFolder();

beforeAll(async () => {
  nats = await startProvisionedNats();
  running = await startRunningConsole(nats.url, folder.path);
});
afterAll(async () => {
  await running?.stop();
  await nats?.stop();
  folder.remove();
});

test('an empty audit chain and no dead letters are fine', async () => {
  expect((await running.call('GET', '/audit/verify')).body).toMatchObject({ ok: true, entries: 0, problems: [] });
  expect((await running.call('GET', '/dead-letters')).body).toEqual({ deadLetters: [] });
});

test('bytes that are no record break the chain, and are reported with their place', async () => {
  const log = running.bus.appendLog('AUDIT', 'cortex.audit.record');
  await log.append([new TextEncoder().encode('{"n":1}')], 0);
  const { body } = await running.call('GET', '/audit/verify');
  expect(body).toMatchObject({ ok: false, problems: [{ at: 1 }] });
});

test('a dead letter is shown with its reason and the bytes that it was', async () => {
  await running.bus.consume({
    consumer: 'tester',
    event: incidentCloseRequested,
    maxDeliveries: 1,
    handle: async () => {
      throw new Error('the handler is broken');
    },
  });
  for (const number of [1, 2, 3]) {
    await running.bus.publish(
      draft(incidentCloseRequested, {
        service: 'shop',
        incidentId: idOf(number),
        data: { incidentId: idOf(number), by: 'anna', comment: `letter ${number}` },
      }),
    );
  }
  await eventually(async () => {
    const { body } = await running.call('GET', '/dead-letters');
    expect(body.deadLetters).toHaveLength(3);
    expect(body.deadLetters).toMatchObject([
      {},
      {},
      { consumer: 'tester', reason: 'handler_failed', stream: 'INCIDENTS' },
    ]);
    expect(body.deadLetters).toContainEqual(
      expect.objectContaining({ detail: expect.stringContaining('the handler is broken') }),
    );
    expect(body.deadLetters).toContainEqual(expect.objectContaining({ text: expect.stringContaining('letter 2') }));
  });
  const { body } = await running.call('GET', '/dead-letters?limit=1');
  expect(body.deadLetters).toHaveLength(1);
});
