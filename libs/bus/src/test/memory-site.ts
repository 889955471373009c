import { pause } from '@cortex/runtime';
import { connectMemoryBus } from '../memory/connect-memory-bus.ts';
import { memoryJetStream } from '../memory/memory-jetstream.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { silentLogger } from './bus-fixture.ts';
import { CableNetwork } from './cable-network.ts';
import { withClock } from './clock.ts';
import { withIntervalsUpTo } from './intervals.ts';
import type { ConnectSiteOptions, Site } from './site.ts';
import { VirtualTime } from './virtual-time.ts';

/** As measured: an ack survives a kill of the server when it is older than this. */
const ackLossMs = 150;

/** A server in memory on a clock of its own. */
export async function startMemorySite({ leaseTtlMs }: { readonly leaseTtlMs: number }): Promise<Site> {
  const time = new VirtualTime();
  const server = new MemoryServer({ runtime: time, leaseTtlMs });
  const networks: CableNetwork[] = [];
  let isDown = false;

  function network(): CableNetwork {
    const made = new CableNetwork(time);
    if (isDown) made.cut();
    networks.push(made);
    return made;
  }
  async function connectByCable(
    name: string,
    { hooks = {}, longestIntervalMs, clockAheadMs }: ConnectSiteOptions = {},
  ) {
    const cable = network();
    const runtime = withClock(withIntervalsUpTo(time, longestIntervalMs), clockAheadMs);
    const options = { source: '/cortex/detector', name, logger: silentLogger, hooks, runtime, network: cable };
    return { bus: connectMemoryBus(server, options), cable };
  }
  async function kill(): Promise<void> {
    if (isDown) return;
    isDown = true;
    for (const each of networks) each.cut();
    server.crash(ackLossMs);
  }
  return {
    leaseTtlMs,
    jetstream: memoryJetStream(server, network(), time),
    connect: async (name, options) => (await connectByCable(name, options)).bus,
    connectByCable,
    kill,
    async restart() {
      await kill();
      await pause(time, 300);
      isDown = false;
      for (const each of networks) each.mend();
    },
    stop: async () => {},
    nowMs: () => time.now().getTime(),
    pause: (ms) => pause(time, ms),
    run: (body) => time.run(body),
  };
}
