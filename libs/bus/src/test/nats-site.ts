import { pause, systemRuntime } from '@cortex/runtime';
import { layTcpCable, startProvisionedNats } from '@cortex/testing';
import type { TcpCable } from '@cortex/testing';
import { connectBus } from '../connect.ts';
import { whenConnected } from '../link.ts';
import { makeNatsLink } from '../nats/nats-link.ts';
import { openConnection } from '../nats/open-connection.ts';
import { silentLogger } from './bus-fixture.ts';
import { withClock } from './clock.ts';
import { withIntervalsUpTo } from './intervals.ts';
import type { ConnectSiteOptions, Site } from './site.ts';

const inboxPrefix = '_INBOX_site';

/** A nats-server of the suite's own. */
export async function startNatsSite({ leaseTtlMs }: { readonly leaseTtlMs: number }): Promise<Site> {
  const nats = await startProvisionedNats({ leaseTtlMs });
  const cables: TcpCable[] = [];
  const connection = await openConnection({ servers: nats.url, name: 'site', logger: silentLogger }, inboxPrefix);
  const identity = { runtime: systemRuntime, source: '/cortex/site', instance: 'site', logger: silentLogger };
  const closing = new AbortController();
  const link = await makeNatsLink(connection, { ...identity, hooks: {}, closing: closing.signal }, inboxPrefix);

  function connectTo(
    servers: string,
    name: string,
    { hooks = {}, longestIntervalMs, clockAheadMs }: ConnectSiteOptions = {},
  ) {
    const runtime = withClock(withIntervalsUpTo(systemRuntime, longestIntervalMs), clockAheadMs);
    return connectBus({ servers, source: '/cortex/detector', name, logger: silentLogger, hooks, runtime });
  }
  return {
    leaseTtlMs,
    jetstream: link.jetstream,
    connect: (name, options) => connectTo(nats.url, name, options),
    async connectByCable(name, options) {
      const cable = await layTcpCable(nats.port);
      cables.push(cable);
      return { bus: await connectTo(`nats://127.0.0.1:${cable.port}`, name, options), cable };
    },
    async kill() {
      await nats.kill();
      while (link.isConnected()) await pause(systemRuntime, 5);
    },
    async restart() {
      await nats.kill();
      while (link.isConnected()) await pause(systemRuntime, 5);
      await nats.restart();
      await whenConnected(link, 10_000);
    },
    async stop() {
      closing.abort();
      await link.close();
      for (const cable of cables) cable.close();
      await nats.stop();
    },
    nowMs: () => Date.now(),
    pause: (ms) => pause(systemRuntime, ms),
    run: (body) => body(),
  };
}
