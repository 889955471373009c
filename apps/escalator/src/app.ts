import { consumeRoutes } from '@cortex/bus';
import { incidentBucket, escalationBucket } from '@cortex/contracts';
import { defaultLimits } from '@cortex/escalation';
import type { EscalationSettings } from '@cortex/escalation';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openIncidents } from './adapters/incidents.ts';
import { openPageSender } from './adapters/page-sender.ts';
import { ChannelHealth } from './channel-health.ts';
import { Escalations } from './escalations.ts';
import { createPageMetrics } from './metrics.ts';
import { loadEscalatorPlugins } from './plugins.ts';
import type { EscalatorPlugins } from './plugins.ts';
import { escalatorRoutes } from './routes.ts';
import { startSweep } from './sweep.ts';

/** Notifies people until one of them answers. `limits` are the product's own; tests shorten them. */
export async function startEscalator(
  context: ServiceContext,
  limits: Pick<EscalationSettings, 'retry' | 'claimMs'> = defaultLimits,
  plugins: EscalatorPlugins | Promise<EscalatorPlugins> = loadEscalatorPlugins(context.config.pluginFolders),
): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const { channels } = await plugins;
  const channelHealth = new ChannelHealth({ bus, contacts: config.contacts, logger, runtime });
  const escalations = new Escalations({
    bus,
    channelHealth,
    bucket: await bus.bucket(escalationBucket),
    timers: await bus.timers(context.name),
    incidents: openIncidents(await bus.bucket(incidentBucket), logger),
    send: openPageSender(config, channels, logger, runtime),
    settings: {
      ...limits,
      policies: config.escalationPolicies,
      contacts: config.contacts,
      paging: config.paging,
    },
    metrics: createPageMetrics(context.metrics),
    logger,
    runtime,
  });
  const sweep = await startSweep(escalations, context);
  await channelHealth.checkSecrets();
  await consumeRoutes(bus, 'escalator', escalatorRoutes(escalations));
  return {
    async beforeDrain() {
      await sweep.stop();
      await escalations.settle();
    },
    async stop() {
      escalations.close();
      await escalations.settle();
    },
  };
}
