import { join } from 'node:path';
import { freePort } from './free-port.ts';
import {
  environmentOf,
  logFileOf,
  lookUpThreads,
  readyTimeoutMs,
  stopGraceMs,
  type LayoutOptions,
  type ProcessesLayout,
  type RunningServices,
} from './layout.ts';
import { chooseServicePorts } from './ports.ts';
import type { ServiceName } from './service-names.ts';
import { startServiceProcess, type ServiceProcess } from './service-process.ts';

/** These look up names. */
const makesChecks: ReadonlySet<ServiceName> = new Set(['health-checker', 'verifier']);

/** Provisions NATS, starts every service as a process of its own, and waits until all are ready. */
export async function startProcesses(
  options: LayoutOptions,
  { leaseTtlMs, replicas, environmentOf: more = () => ({}) }: ProcessesLayout,
): Promise<RunningServices> {
  const { names, dir, natsUrl, onEvent } = options;
  // Loaded here alone: with one process it is that process that talks to NATS.
  const { provision } = await import('@cortex/bus');
  await provision({
    servers: natsUrl,
    ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }),
    ...(replicas === undefined ? {} : { replicas }),
  });
  const ports = await chooseServicePorts(options);
  const services = new Map<ServiceName, ServiceProcess>();
  const stop = async (): Promise<void> => {
    await Promise.all([...services.values()].map((service) => service.stop(stopGraceMs)));
  };
  try {
    const { CORTEX_LOG_DIR: _, ...environment } = environmentOf(options);
    for (const name of names) {
      services.set(
        name,
        startServiceProcess({
          name,
          entry: join(options.appsDir, name, 'dist', 'main.js'),
          port: ports[name] ?? (await freePort()),
          logFile: logFileOf(dir, name),
          restart: true,
          onExit: (description) => onEvent(`${name} ${description}`),
          env: { ...environment, ...(makesChecks.has(name) ? lookUpThreads() : {}), ...options.env, ...more(name) },
        }),
      );
    }
    await Promise.all([...services.values()].map((service) => service.ready(readyTimeoutMs)));
    return { services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
