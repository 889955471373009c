import { connectMemoryBus } from '@cortex/bus';
import type { Bus, MemoryNetwork } from '@cortex/bus';
import type { Runtime } from '@cortex/runtime';
import { Random } from '../random.ts';
import type { Site } from '../site.ts';

/** A bus for what is not under test: the people at the console, and whoever sends telemetry. Nothing befalls it but an outage of the server. */
export function neighbourOf(site: Site, source: string): { readonly bus: Bus; readonly runtime: Runtime } {
  const { scheduler } = site;
  const random = new Random(`${site.schedule.seed} ${source}`);
  const runtime: Runtime = {
    now: () => new Date(scheduler.nowMs),
    monotonicMs: () => scheduler.nowMs,
    uptimeMs: () => scheduler.nowMs,
    after: (ms, callback) => scheduler.after(ms, callback),
    every: () => ({ cancel: () => undefined }),
    random: random.next,
    randomBytes: random.bytes,
    nextTurn: () => Promise.resolve(),
  };
  const soon = (arrive: () => void): void => {
    const outage = site.blind.find(
      ({ process, fromMs, untilMs }) => process === 'all' && fromMs <= scheduler.nowMs && scheduler.nowMs < untilMs,
    );
    scheduler.at((outage?.untilMs ?? scheduler.nowMs) + 1, arrive);
  };
  const network: MemoryNetwork = {
    toServer: soon,
    toClient: soon,
    isConnected: () => true,
    onChange: () => () => undefined,
  };
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return { bus: connectMemoryBus(site.server, { source, name: source, logger: silent, runtime, network }), runtime };
}
