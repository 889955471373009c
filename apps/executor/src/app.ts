import { consumeRoutes } from '@cortex/bus';
import { controlBucket, journalBucket, leaseBucket, silenceBucket } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import type { ExecutorParts } from './execution/parts.ts';
import { KillSwitchReader } from './execution/kill-switch.ts';
import { SilenceReader } from './execution/silences.ts';
import { createExecutorMetrics } from './metrics.ts';
import { loadExecutorPlugins } from './plugins.ts';
import type { ExecutorPlugins } from './plugins.ts';
import { executorRoutes } from './routes.ts';

/** Runs playbooks, and undoes them. */
export async function startExecutor(
  context: ServiceContext,
  plugins: ExecutorPlugins | Promise<ExecutorPlugins> = loadExecutorPlugins(context.config.pluginFolders),
): Promise<RunningApp> {
  const { bus, config } = context;
  const [{ actions, checks }, journal, control, silenceRecords, leaseRecords, leases] = await Promise.all([
    plugins,
    bus.bucket(journalBucket),
    bus.bucket(controlBucket),
    bus.bucket(silenceBucket),
    bus.bucket(leaseBucket),
    bus.leases(),
  ]);
  const [killSwitch, silences] = await Promise.all([
    KillSwitchReader.open(control),
    SilenceReader.open(silenceRecords),
  ]);
  const parts: ExecutorParts = {
    actions,
    checks,
    journal,
    leaseRecords,
    leases,
    killSwitch,
    silences,
    configuredChecks: config.checks,
    outbound: config.safety.outbound,
    protectedTargets: config.safety.protectedTargets,
    metrics: createExecutorMetrics(context.metrics),
    logger: context.logger,
    runtime: context.runtime,
    now: context.runtime.now,
  };
  await consumeRoutes(bus, 'executor', executorRoutes(parts));
  return {
    async stop() {
      await Promise.all([killSwitch.stop(), silences.stop()]);
    },
  };
}
