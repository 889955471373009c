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
  readonly storeDir: string;
  /** Of the present process. */
  readonly pid: number;
  /** Ends it by SIGKILL; the store stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store; kills it first if it still runs. */
  restart(): Promise<void>;
  /** Ends it and deletes the store. */
  stop(): Promise<void>;
}

/** `within`: the folder in which it has its store, such as a small file system. Default: that for temporary files. */
export async function startNats({ within }: { readonly within?: string } = {}): Promise<TestNats> {
  const folder = temporaryFolder('cortex-nats-', within);
  const options = { storeDir: join(folder.path, 'store'), logFile: join(folder.path, 'nats.log') };
  let server: NatsServer = await startNatsServer(options);
  const { port, url } = server;
  return {
    url,
    port,
    storeDir: options.storeDir,
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
export async function startProvisionedNats(
  options: { readonly leaseTtlMs?: number; readonly within?: string } = {},
): Promise<ProvisionedNats> {
  const { within, ...provisioning } = options;
  const nats = await startNats(within === undefined ? {} : { within });
  try {
    const report = await provision({ servers: nats.url, firstConnectTimeoutMs: 10_000, ...provisioning });
    return Object.defineProperties({ report } as ProvisionedNats, Object.getOwnPropertyDescriptors(nats));
  } catch (error) {
    await nats.stop();
    throw error;
  }
}
