import { anomalyCleared, draft } from '@cortex/contracts';
import type { EventDraft } from '@cortex/contracts';
import { connectBus } from '../connect.ts';
import type { BusHooks, BusLogger } from '../hooks.ts';
import type { Bus } from '../ports.ts';

export const silentLogger: BusLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** A bus for a test, quiet and quick to close. */
export function testBus(url: string, name = 'test-1', hooks: BusHooks = {}): Promise<Bus> {
  return connectBus({
    servers: url,
    source: '/cortex/detector',
    name,
    logger: silentLogger,
    hooks,
    firstConnectTimeoutMs: 10_000,
  });
}

/** A small event about `service` that carries `marker` as its anomaly id. */
export function cleared(service: string, marker: string, key?: string): EventDraft<'anomaly.cleared'> {
  return draft(anomalyCleared, {
    service,
    data: {
      anomalyId: marker,
      service,
      metric: 'latency_ms',
      startedAt: '2026-01-05T00:00:00.000Z',
      clearedAt: '2026-01-05T00:01:00.000Z',
      reason: 'back to normal',
    },
    ...(key === undefined ? {} : { key }),
  });
}
