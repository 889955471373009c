import { connectMemoryBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import type { AppName } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startDecision } from '@cortex-app/decision/app';
import { startEscalator } from '@cortex-app/escalator/app';
import { startExecutor } from '@cortex-app/executor/app';
import { startHealthChecker } from '@cortex-app/health-checker/app';
import { startLearner } from '@cortex-app/learner/app';
import { startVerifier } from '@cortex-app/verifier/app';
import { configuration } from './catalogue.ts';
import { pluginsOf } from './plugins/plugins.ts';
import type { SimulatedPlugins } from './plugins/plugins.ts';
import type { ProcessName } from './schedule.ts';
import type { Life } from './simulated-process.ts';
import type { Site } from './site.ts';

type Start = (context: ServiceContext, plugins: SimulatedPlugins) => Promise<RunningApp>;

/** As in the product, but for an outage of an hour that a simulation of minutes does not have. */
const pageLimits = {
  retry: { baseMs: 500, capMs: 5_000, maxAttempts: 40 },
  claimMs: 15_000,
};

/** The services that ship, started as they ship. */
const starts: Readonly<Record<ProcessName, { readonly app: AppName; readonly start: Start }>> = {
  'health-checker': { app: 'health-checker', start: startHealthChecker },
  'decision-1': { app: 'decision', start: startDecision },
  'decision-2': { app: 'decision', start: startDecision },
  'executor-1': { app: 'executor', start: startExecutor },
  'executor-2': { app: 'executor', start: startExecutor },
  'verifier-1': { app: 'verifier', start: startVerifier },
  'verifier-2': { app: 'verifier', start: startVerifier },
  escalator: { app: 'escalator', start: (context, plugins) => startEscalator(context, pageLimits, plugins) },
  learner: { app: 'learner', start: startLearner },
};

export interface RunningService {
  readonly app: RunningApp;
  readonly bus: Bus;
}

/** Starts the service of a process, on the server in memory. */
export async function startServiceOf(site: Site, name: ProcessName, life: Life): Promise<RunningService> {
  const { app, start } = starts[name];
  const instance = `${name}-${life.number}`;
  const logger = loggerOf(site, instance);
  const bus = connectMemoryBus(site.server, {
    source: `/cortex/${app}`,
    name: instance,
    logger,
    runtime: life.runtime,
    network: life.network,
  });
  const context: ServiceContext = {
    name: app,
    instance,
    bus,
    config: configuration,
    logger,
    metrics: new Registry(),
    serveHttp: () => undefined,
    dataDir: '/nowhere',
    runtime: bus.runtime,
  };
  await bus.synchronize();
  return { app: await start(context, pluginsFor(site, name, life)), bus };
}

function pluginsFor(site: Site, name: ProcessName, life: Life): SimulatedPlugins {
  const { runtime } = life;
  const { scheduler, world } = site;
  return pluginsOf({
    runtime,
    world,
    begin: (deed) => site.begin(name, deed),
    atTarget: (run) =>
      new Promise((resolve) => {
        scheduler.after(site.effectMs(runtime.random), () => {
          run();
          runtime.after(0, resolve);
        });
      }),
    deliver: (page) => site.deliver(page),
  });
}

function loggerOf(site: Site, instance: string): ServiceContext['logger'] {
  return pino(
    { level: 'warn', base: null, timestamp: false, serializers: { err: String } },
    // Without stacks: they tell how a run was started, not what happened in it.
    { write: (line: string) => site.trace(`${instance} says ${line.trimEnd().replaceAll(/\\n[^"]*/g, '')}`) },
  );
}
