import { provision } from '@cortex/bus';
import type { AppName } from '@cortex/contracts';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';
import { freePortNear } from './free-port.ts';
import { noteMadeFolders } from './made-folders.ts';
import { startNatsServer, type NatsServer } from './nats-server.ts';
import { servicePort, type StackPorts } from './ports.ts';
import { processIdentity } from './process-identity.ts';
import { claimStackDir, type RunningStack } from './running-stack.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';

/** Half of their threads may look up names; of Node's four that would be two names at once. */
const makesChecks: ReadonlySet<AppName> = new Set(['health-checker', 'verifier']);

/** Every service, in the order of the loop. */
export const serviceNames = [
  'auditor',
  'collector',
  'detector',
  'health-checker',
  'decision',
  'executor',
  'verifier',
  'escalator',
  'learner',
  'console',
] as const satisfies readonly AppName[];
export type ServiceName = (typeof serviceNames)[number];

export interface StackOptions {
  /** The user's configuration. */
  readonly configFile: string;
  /** The folder of the stack's store, logs, keys and state file. Default `.cortex`. */
  readonly dir?: string;
  /** The folder of the bundles: `<appsDir>/<name>/dist/main.js`. */
  readonly appsDir: string;
  readonly services?: readonly ServiceName[];
  /** An existing NATS instead of a server of our own. */
  readonly natsUrl?: string;
  /** Port of the console; 0, or a port in use, picks a free one. */
  readonly consolePort?: number;
  /** Fixed ports for NATS and the services; absent picks free ones. */
  readonly ports?: StackPorts;
  /** Shorter leases, for tests; passed on to the provisioner. */
  readonly leaseTtlMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly onEvent?: (message: string) => void;
}

export interface Stack {
  readonly natsUrl: string;
  readonly consoleUrl: string;
  readonly services: ReadonlyMap<ServiceName, ServiceProcess>;
  /** Our own server; absent when the stack uses an existing one. */
  readonly nats: NatsServer | undefined;
  /** Ends our server by SIGKILL and starts it again on the same port and store. */
  restartNats(): Promise<void>;
  stop(): Promise<void>;
}

const readyTimeoutMs = 30_000;
const stopGraceMs = 12_000;

/** Starts nats-server, provisions it, starts every service as a process of its own, and waits until all are ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir ?? '.cortex');
  const names = options.services ?? serviceNames;
  requireBundles(options.appsDir, names);
  noteMadeFolders(dir, ['run', 'nats', 'logs', 'data']);
  const claim = await claimStackDir(dir);
  const storeDir = join(dir, 'nats');
  const say = options.onEvent ?? (() => undefined);
  const services = new Map<ServiceName, ServiceProcess>();
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  const natsLog = join(logs, 'nats-server.log');
  const logOf = (name: ServiceName): string => join(logs, `${name}.log`);
  let nats: NatsServer | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([...services.values()].map((service) => service.stop(stopGraceMs)));
    await nats?.stop();
    claim.release();
  };
  try {
    if (options.natsUrl === undefined) {
      const port = await portNear(options.ports?.nats ?? 0, 'NATS', say);
      nats = await startNatsServer({ storeDir, port, logFile: natsLog });
      claim.note({ nats: known(nats.pid, natsLog) });
    }
    const natsUrl = options.natsUrl ?? nats?.url ?? '';
    claim.note({ natsUrl });
    await provision({
      servers: [natsUrl],
      ...(options.leaseTtlMs === undefined ? {} : { leaseTtlMs: options.leaseTtlMs }),
    });
    const consolePort = await portNear(options.consolePort ?? 0, 'the console', say);
    for (const name of names) {
      services.set(
        name,
        startServiceProcess({
          name,
          entry: join(options.appsDir, name, 'dist', 'main.js'),
          port:
            name === 'console'
              ? consolePort
              : await portNear(servicePort(options.ports, name, serviceNames), name, say),
          logFile: logOf(name),
          restart: true,
          onExit: (description) => say(`${name} ${description}`),
          env: {
            CORTEX_CONFIG: resolve(options.configFile),
            CORTEX_NATS_URL: natsUrl,
            CORTEX_HTTP_HOST: '127.0.0.1',
            CORTEX_DATA_DIR: join(dir, 'data'),
            // A restarted service need not wait for the leases of its last process.
            CORTEX_INSTANCE: `${hostname()}-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`,
            ...(makesChecks.has(name) ? { UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '128' } : {}),
            ...options.env,
          },
        }),
      );
    }
    const consoleUrl = `http://127.0.0.1:${consolePort}`;
    claim.note({ services: [...services].map(([name, { port }]) => ({ name, port, logFile: logOf(name) })) });
    await Promise.all([...services.values()].map((service) => service.ready(readyTimeoutMs)));
    claim.note({ consoleUrl });
    return {
      natsUrl,
      consoleUrl,
      services,
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

/** Says so when it is another one than was asked for. */
async function portNear(wanted: number, what: string, say: (message: string) => void): Promise<number> {
  const port = await freePortNear(wanted);
  if (wanted !== 0 && port !== wanted) say(`port ${wanted} is taken: ${what} uses ${port}`);
  return port;
}

function known(pid: number, logFile: string): NonNullable<RunningStack['nats']> {
  return { pid, identity: processIdentity(pid) ?? '', logFile };
}

function requireBundles(appsDir: string, names: readonly ServiceName[]): void {
  const missing = names.filter((name) => !existsSync(join(appsDir, name, 'dist', 'main.js')));
  if (missing.length === 0) return;
  throw new StackError(
    'CORTEX_STACK_NOT_BUILT',
    `no bundle for ${missing.join(', ')} under ${appsDir}`,
    'run `npm run build`',
  );
}
