import type { ProvisionReport } from '@cortex/bus';
import { provision } from '@cortex/bus';
import type { NatsServer } from '@cortex/local-stack';
import { startNatsServer } from '@cortex/local-stack';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** A real nats-server of this test's own, with its store in a temporary folder. */
export interface TestNats {
  readonly url: string;
  readonly port: number;
  /** Of the present process. */
  readonly pid: number;
  /** Ends it by SIGKILL; the store stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store; kills it first if it still runs. */
  restart(): Promise<void>;
  /** Ends it and deletes the store. */
  stop(): Promise<void>;
}

export async function startNats(): Promise<TestNats> {
  const folder = temporaryFolder('cortex-nats-');
  const options = { storeDir: join(folder.path, 'store'), logFile: join(folder.path, 'nats.log') };
  let server: NatsServer = await startNatsServer(options);
  const { port, url } = server;
  return {
    url,
    port,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      server = await startNatsServer({ ...options, port });
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

export interface ProvisionedNats extends TestNats {
  readonly report: ProvisionReport;
}

/** A server with every stream and bucket of Cortex; `leaseTtlMs` shortens the leases. */
export async function startProvisionedNats(options: { readonly leaseTtlMs?: number } = {}): Promise<ProvisionedNats> {
  const nats = await startNats();
  try {
    const report = await provision({ servers: nats.url, firstConnectTimeoutMs: 10_000, ...options });
    return Object.defineProperties({ report } as ProvisionedNats, Object.getOwnPropertyDescriptors(nats));
  } catch (error) {
    await nats.stop();
    throw error;
  }
}
