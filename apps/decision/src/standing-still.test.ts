import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { silentLogger } from '@cortex/testing';
import { beforeEach } from 'vitest';
import { standingStill } from './test/standing-still.ts';

let server: MemoryServer;
beforeEach(() => (server = new MemoryServer()));

standingStill(async (name) => connectMemoryBus(server, { source: '/cortex/decision', name, logger: silentLogger }));
