import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import type { CheckDefinition, SafetyPolicy, Target } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import { Registry } from 'prom-client';
import { startExecutor } from '../app.ts';

export interface TestExecutor {
  readonly bus: Bus;
  readonly metrics: Registry;
  stop(): Promise<void>;
}

export interface TestExecutorOptions {
  readonly natsUrl: string;
  readonly name: string;
  /** How far the clock of its machine is ahead. */
  readonly skewMs?: number;
  readonly protectedTargets?: readonly Target[];
  readonly windows?: Partial<Pick<SafetyPolicy, 'freezeWindows' | 'maintenanceWindows'>>;
  readonly checks?: readonly CheckDefinition[];
  readonly pluginFolders?: readonly string[];
}

/** The executor with a real bus, without the HTTP server and the configuration file of the service kit. */
export async function startTestExecutor(options: TestExecutorOptions): Promise<TestExecutor> {
  const logger = testLogger();
  const runtime = withClock(options.skewMs ?? 0);
  const { natsUrl: servers, name } = options;
  const bus = await connectBus({ servers, source: '/cortex/executor', name, logger, runtime });
  await bus.synchronize();
  const metrics = new Registry();
  const config = {
    pluginFolders: options.pluginFolders ?? [],
    checks: options.checks ?? [],
    safety: {
      protectedTargets: options.protectedTargets ?? [],
      freezeWindows: [],
      maintenanceWindows: [],
      ...options.windows,
    },
  };
  const context = { name: 'executor', bus, config, logger, metrics, runtime: bus.runtime };
  const app = await startExecutor(context as unknown as ServiceContext);
  return {
    bus,
    metrics,
    async stop() {
      await bus.drain(2_000);
      await app.stop?.();
    },
  };
}

/** A machine whose clock is ahead by so much. */
function withClock(skewMs: number): Runtime {
  return { ...systemRuntime, now: () => new Date(Date.now() + skewMs) };
}

function testLogger() {
  const write = (level: string) => (data: object, message: string) => {
    if (process.env['CORTEX_TEST_LOG'] !== undefined) console.log(JSON.stringify({ level, message, ...data }));
  };
  return { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
}
