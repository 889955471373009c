import { connectBus } from '@cortex/bus';
import { silentLogger, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterEach, beforeEach } from 'vitest';
import { standingStill } from './test/standing-still.ts';

let nats: ProvisionedNats;
beforeEach(async () => {
  nats = await startProvisionedNats();
});
afterEach(() => nats.stop());

standingStill((name) => connectBus({ servers: nats.url, source: '/cortex/decision', name, logger: silentLogger }));
