import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';
import { logFileOf, logFolder, type RunningServices, type StackLayout } from './layout.ts';
import { noteMadeFolders } from './made-folders.ts';
import { startNatsServer, type NatsServer } from './nats-server.ts';
import { allInOne, startOneProcess } from './one-process.ts';
import { portNear, type StackPorts } from './ports.ts';
import { processIdentity } from './process-identity.ts';
import { startProcesses } from './processes.ts';
import { claimStackDir, type RunningStack } from './running-stack.ts';
import { serviceNames, type ServiceName } from './service-names.ts';
import type { ServiceProcess } from './service-process.ts';
import type { WatchedCounts } from './stack-message.ts';

export interface StackOptions {
  /** The user's configuration. */
  readonly configFile: string;
  /** The folder of the stack's store, logs, keys and state file. Default `.cortex`. */
  readonly dir?: string;
  /** The folder of the bundles: `<appsDir>/<name>/dist/main.js`. */
  readonly appsDir: string;
  readonly layout: StackLayout;
  readonly services?: readonly ServiceName[];
  /** An existing NATS instead of a server of our own. */
  readonly natsUrl?: string;
  /** Port of the console; 0, or a port in use, picks a free one. Default: the one of the configuration, with one process. */
  readonly consolePort?: number;
  /** Fixed ports for NATS and the services; absent picks free ones. */
  readonly ports?: StackPorts;
  readonly env?: Readonly<Record<string, string>>;
  readonly onEvent?: (message: string) => void;
}

export interface Stack {
  readonly natsUrl: string;
  readonly consoleUrl: string;
  readonly services: ReadonlyMap<ServiceName, ServiceProcess>;
  /** How much the configuration names; with one process alone, which tells. */
  readonly watched?: WatchedCounts;
  /** Our own server; absent when the stack uses an existing one. */
  readonly nats: NatsServer | undefined;
  /** Ends our server by SIGKILL and starts it again on the same port and store. */
  restartNats(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts nats-server and every service, and waits until all are ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir ?? '.cortex');
  const { layout, natsUrl: existing, services: names = serviceNames } = options;
  requireBundles(options.appsDir, layout.kind === 'one-process' ? [allInOne] : names);
  noteMadeFolders(dir, ['run', 'nats', 'logs', 'data']);
  const claim = await claimStackDir(dir);
  const storeDir = join(dir, 'nats');
  mkdirSync(logFolder(dir), { recursive: true });
  const natsLog = join(logFolder(dir), 'nats-server.log');
  const onEvent = options.onEvent ?? (() => undefined);
  let nats: NatsServer | undefined;
  let running: RunningServices | undefined;
  const stop = async (): Promise<void> => {
    await running?.stop();
    await nats?.stop();
    claim.release();
  };
  try {
    if (existing === undefined) {
      const port = await portNear(options.ports?.nats ?? 0, 'NATS', onEvent);
      nats = await startNatsServer({ storeDir, port, logFile: natsLog });
      claim.note({ nats: known(nats.pid, natsLog) });
    }
    const natsUrl = existing ?? nats?.url ?? '';
    claim.note({ natsUrl, configFile: resolve(options.configFile) });
    const parts = {
      names,
      appsDir: options.appsDir,
      configFile: options.configFile,
      dir,
      natsUrl,
      consolePort: options.consolePort,
      ports: options.ports,
      env: options.env ?? {},
      onEvent,
    };
    running = layout.kind === 'one-process' ? await startOneProcess(parts) : await startProcesses(parts, layout);
    const { services, watched } = running;
    const consoleUrl = `http://127.0.0.1:${services.get('console')?.port ?? 0}`;
    claim.note({
      consoleUrl,
      services: [...services].map(([name, { port }]) => ({ name, port, logFile: logFileOf(dir, name) })),
    });
    return {
      natsUrl,
      consoleUrl,
      services,
      ...(watched === undefined ? {} : { watched }),
      get nats() {
        return nats;
      },
      async restartNats() {
        if (nats === undefined) return;
        const { port } = nats;
        await nats.kill();
        nats = await startNatsServer({ port, storeDir, logFile: natsLog });
        claim.note({ nats: known(nats.pid, natsLog) });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function known(pid: number, logFile: string): NonNullable<RunningStack['nats']> {
  return { pid, identity: processIdentity(pid) ?? '', logFile };
}

function requireBundles(appsDir: string, names: readonly string[]): void {
  const missing = names.filter((name) => !existsSync(join(appsDir, name, 'dist', 'main.js')));
  if (missing.length === 0) return;
  throw new StackError(
    'CORTEX_STACK_NOT_BUILT',
    `no bundle for ${missing.join(', ')} under ${appsDir}`,
    'run `npm run build`',
  );
}
