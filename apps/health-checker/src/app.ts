import { quickLeaseBucket } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { assignShards } from '@cortex/shards';
import { isColdStart } from './adapters/cold-start.ts';
import { followDependencies } from './adapters/dependency-health.ts';
import { openHealthStore } from './adapters/health-store.ts';
import { openLeftovers } from './adapters/leftover-store.ts';
import { followSilences } from './adapters/silences.ts';
import { followUnfreezes } from './adapters/unfreezes.ts';
import { CheckRunner } from './check-runner.ts';
import { createHealthMetrics } from './metrics.ts';
import { suppressionsByWindow, type FindSuppression } from './suppressions.ts';
import { loadHealthCheckerPlugins } from './plugins.ts';
import type { HealthCheckerPlugins } from './plugins.ts';
import { createResultPublisher } from './result-publisher.ts';
import { targetShards } from './shard-of-target.ts';
import { targetsByShard } from './targets.ts';
import { watchTarget } from './watch-target.ts';

/** So long after its start a health-checker takes over what nobody watched. */
const shardsDealtWithinMs = 30_000;

/** First runs are spread over this long, so that a start causes no burst; longer would delay the first verdict. */
const firstRunSpreadMs = { least: 1_000, perCheck: 1 } as const;

/**
 * Watches the targets of its shards; each target is watched by one health-checker at a time. The health of a target is
 * in the store, so its next owner continues from there.
 */
export async function startHealthChecker(
  context: ServiceContext,
  plugins: HealthCheckerPlugins | Promise<HealthCheckerPlugins> = loadHealthCheckerPlugins(
    context.config.pluginFolders,
  ),
): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const { now } = runtime;
  const { checks: registry } = await plugins;
  const metrics = createHealthMetrics(context.metrics);
  const store = await openHealthStore(bus);
  const results = createResultPublisher(bus, logger, metrics.resultDropped);
  const checkOptions = { registry, outbound: config.safety.outbound, leftoversOf: await openLeftovers(bus) };
  const silences = await followSilences(bus, logger, runtime);
  const findWindow = suppressionsByWindow(config.safety);
  const findSuppression: FindSuppression = (check, at) => findWindow(check, at) ?? silences.findSuppression(check, at);
  const runner = new CheckRunner({ checkOptions, findSuppression, metrics, runtime });
  const dependencies = await followDependencies(bus, config.services);
  const unfreezes = await followUnfreezes(bus);
  const startedAt = now();
  const isCold = await isColdStart(bus, startedAt);
  const targets = targetsByShard(config);
  const spreadMs = Math.max(firstRunSpreadMs.least, config.checks.length * firstRunSpreadMs.perCheck);
  const beginning = new Set<string>();
  /** After a cold start, until the shards are dealt out: shards that come later have been watched by others. */
  const isBeginning = (): boolean => isCold && now().getTime() - startedAt.getTime() < shardsDealtWithinMs;
  const assignment = await assignShards({
    bus,
    service: context.name,
    replica: context.instance,
    shards: targetShards,
    // Leaving a target unwatched is worse than moving its shard without need.
    memberships: quickLeaseBucket,
    logger,
    runtime,
    async begin(shard) {
      beginning.add(shard.name);
      const mine = targets.get(shard.name) ?? [];
      const watches = await Promise.all(
        mine.map(({ target, facts, checks }) =>
          watchTarget({
            checks,
            facts,
            runner,
            runtime,
            silences,
            onUnfreeze: (listener) => unfreezes.onLift(target, listener),
            onDependantDown: (listener) => dependencies.onDependantDown(target.service, listener),
            firstRunSpreadMs: spreadMs,
            shard,
            monitor: {
              target,
              settings: { ...config.health, checks },
              watchedSince: isBeginning() ? startedAt.toISOString() : undefined,
              findDependenciesDown: () => dependencies.downOf(target.service),
              findUnfrozenAt: () => unfreezes.lastOf(target),
              store,
              bus,
              offerResult: results.offer,
              logger,
              now,
            },
            onState: (state) => metrics.setState(target, state),
          }),
        ),
      ).finally(() => beginning.delete(shard.name));
      metrics.owned(mine.length);
      return {
        async end() {
          await Promise.all(watches.map((watch) => watch.end()));
          for (const { target, checks } of mine) metrics.forget(target, checks);
          metrics.owned(-mine.length);
        },
      };
    },
  });
  logger.info({ checks: config.checks.length }, 'checking');

  return {
    isReady: () => beginning.size === 0,
    async beforeDrain() {
      await assignment.stop();
      await Promise.all([dependencies.stop(), silences.stop(), unfreezes.stop()]);
      await results.settle();
    },
  };
}
