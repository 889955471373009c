import { expect, test } from 'vitest';
import { testBus } from './test/bus-fixture.ts';

test('no server at all is said with the address and the fix', async () => {
  await expect(testBus('nats://127.0.0.1:1', 'nobody').then((made) => made.drain())).rejects.toMatchObject({
    code: 'CORTEX_BUS_UNREACHABLE',
  });
}, 60_000);
