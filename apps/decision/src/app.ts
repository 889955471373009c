import { consumeRoutes, keepArchiving } from '@cortex/bus';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { Effects } from './adapters/effects.ts';
import { FactsKeeper } from './adapters/facts.ts';
import { IncidentStore } from './adapters/incident-store.ts';
import { StormWatch } from './storm-watch.ts';
import { Brain } from './brain.ts';
import { createDecisionMetrics } from './metrics.ts';
import { decisionRoutes } from './routes.ts';
import { Sweep } from './sweep.ts';

/** Decides: signals into incidents, incidents into plans, outcomes into the next move. */
export async function startDecision(context: ServiceContext): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const { now } = runtime;
  const facts = await FactsKeeper.start(bus, config, runtime);
  const timers = await bus.timers(context.name);
  const metrics = createDecisionMetrics(context.metrics, {
    isKillSwitchOn: () => facts.killSwitch?.on !== false,
    countSilences: () => facts.silences.countActive(now().toISOString()),
  });
  const effects = new Effects(bus, timers, facts.breakers, logger, runtime);
  const store = await IncidentStore.open(bus, now);
  const brain = new Brain({ store, facts, effects, metrics, logger, now });
  await brain.start();
  const { safety } = config;
  const storms = new StormWatch({ bus, facts, safety, logger, runtime });
  facts.directory.onChange = () => storms.look();
  // Events of one service are taken one at a time, whatever their type, so this process never races itself.
  await consumeRoutes(bus, 'decision', decisionRoutes(brain, facts), { key: (event) => event.subject });
  const sweep = new Sweep({ brain, store, effects, logger, runtime }).start();
  const archiving = keepArchiving({ ...store.archiving, logger, runtime });
  return {
    async beforeDrain() {
      await Promise.all([sweep.stop(), archiving.stop()]);
    },
    async stop() {
      await storms.stop();
      await timers.stop();
      await facts.stop();
    },
  };
}
