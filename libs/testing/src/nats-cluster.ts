import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, installedNatsServer, natsConfiguration } from '@cortex/local-stack';
import { eventually } from './eventually.ts';
import { startServer } from './server-process.ts';
import type { TestServer } from './server-process.ts';

/** Three real nats-servers that keep three copies of each stream. */
export interface TestNatsCluster {
  /** The addresses of all, with commas between them. */
  readonly url: string;
  /** Of one of them. */
  readonly port: number;
  /** Names of the servers; they run under them until they are killed. */
  readonly names: readonly string[];
  /** The server that leads a stream, as another one that runs says; undefined while there is none. */
  leaderOf(stream: string): Promise<string | undefined>;
  /** SIGKILL; the store stays. */
  kill(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  readonly server: TestServer;
  readonly monitorPort: number;
  isRunning: boolean;
}

export async function startNatsCluster(): Promise<TestNatsCluster> {
  const { path, version } = await installedNatsServer();
  const names = ['nats-a', 'nats-b', 'nats-c'];
  const routePorts = await Promise.all(names.map(() => freePort()));
  const routes = routePorts.map((port) => `nats-route://127.0.0.1:${port}`);
  const nodes = new Map<string, Node>();
  await Promise.all(
    names.map(async (name, index) => {
      const monitorPort = await freePort();
      const argv = (folder: string, port: number): readonly string[] => {
        const file = join(folder, 'nats.conf');
        const single = natsConfiguration({ name, port, storeDir: join(folder, 'store'), version, monitorPort });
        const cluster = `cluster { name: cortex, listen: "127.0.0.1:${routePorts[index]}", routes: [${routes.join(', ')}] }\n`;
        writeFileSync(file, single + cluster);
        return [path, '--config', file];
      };
      const ready = (server: { waitForLine(text: string): Promise<string> }): Promise<string> =>
        server.waitForLine('Server is ready');
      nodes.set(name, { server: await startServer({ name, argv, ready }), monitorPort, isRunning: true });
    }),
  );
  const nodeOf = (name: string): Node => {
    const node = nodes.get(name);
    if (node === undefined) throw new RangeError(`no server is called ${name}`);
    return node;
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...nodes.values()].map(({ server }) => server.stop()));
  };
  try {
    await eventually(async () => (await leaderBy([...nodes.values()], metaLeader)) !== undefined, {
      timeoutMs: 30_000,
      intervalMs: 100,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: [...nodes.values()].map(({ server }) => `nats://127.0.0.1:${server.port}`).join(','),
    port: nodeOf('nats-a').server.port,
    names,
    leaderOf: (stream) => leaderBy([...nodes.values()], (answer) => streamLeader(answer, stream)),
    async kill(name) {
      const node = nodeOf(name);
      node.isRunning = false;
      await node.server.kill();
    },
    async restart(name) {
      const node = nodeOf(name);
      await node.server.restart();
      node.isRunning = true;
    },
    stop,
  };
}

/** The part of `/jsz?streams=1` that is read. */
interface JetStreamState {
  readonly meta_cluster?: { readonly leader?: string };
  readonly account_details?: readonly {
    readonly stream_detail?: readonly { readonly name: string; readonly cluster?: { readonly leader?: string } }[];
  }[];
}

function metaLeader(state: JetStreamState): string | undefined {
  return state.meta_cluster?.leader || undefined;
}

function streamLeader(state: JetStreamState, stream: string): string | undefined {
  const details = state.account_details?.flatMap(({ stream_detail: streams = [] }) => streams) ?? [];
  return details.find(({ name }) => name === stream)?.cluster?.leader || undefined;
}

async function leaderBy(
  nodes: readonly Node[],
  leaderIn: (state: JetStreamState) => string | undefined,
): Promise<string | undefined> {
  for (const { monitorPort } of nodes.filter(({ isRunning }) => isRunning)) {
    try {
      const answer = await fetch(`http://127.0.0.1:${monitorPort}/jsz?streams=1`, {
        signal: AbortSignal.timeout(2_000),
      });
      const leader = leaderIn((await answer.json()) as JetStreamState);
      if (leader !== undefined) return leader;
    } catch {
      // Another one may know.
    }
  }
  return undefined;
}
