import { anomalyCleared } from '@cortex/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { cleared, testBus } from './bus-fixture.ts';

/** A process to be killed or stopped from outside: `worker-process.ts <nats url> lease|consumer`. */
const [url = '', role] = process.argv.slice(2);
const bus = await testBus(url, `worker-${process.pid}`);

if (role === 'lease') {
  const lease = await (await bus.leases()).acquire('target.shop.worker', 'restart');
  console.log(`token ${lease?.token ?? 'none'}`);
  lease?.signal.addEventListener('abort', () => console.log('aborted'));
  for (;;) {
    await pause(20);
    try {
      await lease?.assertHeld();
      console.log('effect');
    } catch (error) {
      console.log(`refused ${String(Reflect.get(Object(error), 'code'))}`);
      break;
    }
  }
} else {
  await bus.consume({
    consumer: 'worker',
    event: anomalyCleared,
    service: 'cause',
    ackWaitMs: 1_000,
    handle: async (_event, context) => {
      await context.publish(cleared('effect', 'of the worker'));
      console.log(`published at delivery ${context.deliveries}`);
      await pause(60_000);
      return [];
    },
  });
  console.log('ready');
}
