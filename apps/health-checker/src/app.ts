import { loadChecks, runCheck } from '@cortex/checks';
import type { CheckDefinition, Instance, Target } from '@cortex/contracts';
import { targetKey } from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openHealthStore } from './adapters/health-store.ts';
import { openLeftovers } from './adapters/leftover-store.ts';
import { createHealthMetrics } from './metrics.ts';
import { createResultPublisher } from './result-publisher.ts';
import { startSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { TargetMonitor } from './target-monitor.ts';

/** First runs are spread over this long, so that a start is no burst; longer would delay the first verdict. */
const firstRunSpreadMs = 1_000;

/** Watches every target that has checks. */
export async function startHealthChecker(context: ServiceContext): Promise<RunningApp> {
  const { bus, config, logger, now } = context;
  const registry = await loadChecks(config.pluginFolders);
  const metrics = createHealthMetrics(context.metrics);
  const store = await openHealthStore(bus);
  const leftoversOf = await openLeftovers(bus);
  const results = createResultPublisher(bus, logger, metrics.resultDropped);
  const stopping = new AbortController();
  const monitors: TargetMonitor[] = [];
  const schedules: Schedule[] = [];

  for (const checks of checksByTarget(config.checks)) {
    const { target } = checks[0];
    const facts = findInstance(context, target);
    const deepSchedules: Schedule[] = [];
    const monitor = await TargetMonitor.open({
      target,
      settings: { ...config.health, checks },
      store,
      bus,
      offerResult: results.offer,
      onState: (health) => metrics.setState(target, health.state),
      // Spec 2.4: a degraded target is looked into at once.
      onChange: (change) => {
        if (change.to === 'DEGRADED') for (const schedule of deepSchedules) schedule.runNow();
      },
      logger,
      now,
    });
    monitors.push(monitor);
    for (const check of checks) {
      const schedule = startSchedule({
        intervalMs: check.intervalMs,
        firstDelayMs: Math.random() * Math.min(check.intervalMs, firstRunSpreadMs),
        async run() {
          const outcome = await runCheck(check, facts, {
            registry,
            now,
            signal: stopping.signal,
            outbound: config.safety.outbound,
            leftoversOf,
          });
          if (stopping.signal.aborted) return;
          metrics.checked(outcome);
          monitor.take(outcome);
        },
      });
      schedules.push(schedule);
      if (check.tier === 'deep') deepSchedules.push(schedule);
    }
  }
  logger.info({ targets: monitors.length, checks: schedules.length }, 'checking');

  return {
    async beforeDrain() {
      stopping.abort();
      await Promise.all(schedules.map((schedule) => schedule.stop()));
      await Promise.all(monitors.map((monitor) => monitor.settle()));
      await results.settle();
    },
  };
}

function checksByTarget(
  checks: readonly CheckDefinition[],
): readonly (readonly [CheckDefinition, ...CheckDefinition[]])[] {
  const byTarget = new Map<string, [CheckDefinition, ...CheckDefinition[]]>();
  for (const check of checks) {
    const key = targetKey(check.target);
    const known = byTarget.get(key);
    if (known === undefined) byTarget.set(key, [check]);
    else known.push(check);
  }
  return [...byTarget.values()];
}

function findInstance({ config }: ServiceContext, target: Target): Instance {
  const service = config.services.find(({ name }) => name === target.service);
  const instance = service?.instances.find(({ id }) => id === target.instance);
  // The configuration is checked for this before any service starts.
  if (instance === undefined) throw new Error(`no instance ${target.service}/${target.instance} is configured`);
  return instance;
}
