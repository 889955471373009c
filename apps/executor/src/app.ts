import { consumeRoutes, keepArchiving } from '@cortex/bus';
import {
  archiveAfterMs,
  breakerBucket,
  controlBucket,
  executionArchiveBucket,
  healthBucket,
  incidentBucket,
  journalBucket,
  leaseBucket,
  reservationBucket,
  silenceBucket,
} from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import type { ExecutorParts } from './execution/parts.ts';
import { awaitRecoveries } from './await-recoveries.ts';
import { HealthReader } from './execution/health.ts';
import { KillSwitchReader } from './execution/kill-switch.ts';
import { Reservations } from './execution/reservations.ts';
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
  const [
    { actions, checks },
    journal,
    journalArchive,
    control,
    silenceRecords,
    leaseRecords,
    incidents,
    breakers,
    health,
    places,
    leases,
  ] = await Promise.all([
    plugins,
    bus.bucket(journalBucket),
    bus.bucket(executionArchiveBucket),
    bus.bucket(controlBucket),
    bus.bucket(silenceBucket),
    bus.bucket(leaseBucket),
    bus.bucket(incidentBucket),
    bus.bucket(breakerBucket),
    bus.bucket(healthBucket),
    bus.bucket(reservationBucket),
    bus.leases(),
  ]);
  const [killSwitch, silences, states] = await Promise.all([
    KillSwitchReader.open(control),
    SilenceReader.open(silenceRecords),
    HealthReader.open(health, config.checks),
  ]);
  const parts: ExecutorParts = {
    actions,
    checks,
    journal,
    journalArchive,
    leaseRecords,
    leases,
    reservations: new Reservations(places, states, context.runtime),
    killSwitch,
    silences,
    incidents,
    breakers,
    health,
    safety: config.safety,
    configuredChecks: config.checks,
    outbound: config.safety.outbound,
    protectedTargets: config.safety.protectedTargets,
    metrics: createExecutorMetrics(context.metrics),
    logger: context.logger,
    runtime: context.runtime,
    now: context.runtime.now,
  };
  const recoveries = await awaitRecoveries(parts, places);
  await consumeRoutes(bus, 'executor', executorRoutes(parts));
  const archiving = keepArchiving({
    from: journal,
    to: journalArchive,
    restMs: archiveAfterMs,
    isOver: ({ status }) => status === 'completed' || status === 'rolled_back',
    archived: (record) => record,
    logger: context.logger,
    runtime: context.runtime,
  });
  return {
    beforeDrain: () => archiving.stop(),
    async stop() {
      await Promise.all([recoveries.stop(), killSwitch.stop(), silences.stop(), states.stop()]);
    },
  };
}
