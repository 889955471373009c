import type { ServiceName } from '@cortex/local-stack';
import type { ServiceDefinition } from '@cortex/service';

/** Every service, in the order in which they stop: who makes events before those who act on them, readers last. */
const loaders = {
  collector: async () => (await import('@cortex-app/collector/service')).collectorService,
  'health-checker': async () => (await import('@cortex-app/health-checker/service')).healthCheckerService,
  detector: async () => (await import('@cortex-app/detector/service')).detectorService,
  decision: async () => (await import('@cortex-app/decision/service')).decisionService,
  executor: async () => (await import('@cortex-app/executor/service')).executorService,
  verifier: async () => (await import('@cortex-app/verifier/service')).verifierService,
  escalator: async () => (await import('@cortex-app/escalator/service')).escalatorService,
  learner: async () => (await import('@cortex-app/learner/service')).learnerService,
  auditor: async () => (await import('@cortex-app/auditor/service')).auditorService,
  console: async () => (await import('@cortex-app/console/service')).consoleService,
} as const satisfies Record<ServiceName, () => Promise<ServiceDefinition>>;

export const allServices = Object.keys(loaders) as ServiceName[];

/** Loads the code of one service: a thread holds only that of its own. */
export function loadService(name: ServiceName): Promise<ServiceDefinition> {
  return loaders[name]();
}

export async function loadServices(
  names: readonly ServiceName[],
): Promise<ReadonlyMap<ServiceName, ServiceDefinition>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await loadService(name)] as const)));
}
