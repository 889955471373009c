import { consumeRoutes, keepArchiving } from '@cortex/bus';
import {
  archiveAfterMs,
  escalationArchiveBucket,
  escalationBucket,
  incidentBucket,
  openIncidentBucket,
  quarantineBucket,
} from '@cortex/contracts';
import { defaultLimits } from '@cortex/escalation';
import type { EscalationSettings } from '@cortex/escalation';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openIncidents } from './adapters/incidents.ts';
import { openPageSender } from './adapters/page-sender.ts';
import { ChannelHealth } from './channel-health.ts';
import { watchClocks } from './clock-health.ts';
import { Escalations } from './escalations.ts';
import { createPageMetrics } from './metrics.ts';
import { OwnHealth } from './own-health.ts';
import { loadEscalatorPlugins } from './plugins.ts';
import type { EscalatorPlugins } from './plugins.ts';
import { escalatorRoutes } from './routes.ts';
import { isUnderWay, startSweep } from './sweep.ts';
import { tellUnreadableRecords } from './unreadable-records.ts';

/** A store that has not answered by then takes nothing: people are told from memory. */
const storeDeadlineMs = 3_000;

/** Notifies people until one of them answers. `limits` are the product's own; tests shorten them. */
export async function startEscalator(
  context: ServiceContext,
  limits: Pick<EscalationSettings, 'retry' | 'claimMs'> = defaultLimits,
  plugins: EscalatorPlugins | Promise<EscalatorPlugins> = loadEscalatorPlugins(context.config.pluginFolders),
): Promise<RunningApp> {
  const { bus, config, logger, runtime } = context;
  const { channels } = await plugins;
  const health = new OwnHealth({ bus, logger, runtime });
  const channelHealth = new ChannelHealth({ health, contacts: config.contacts, runtime });
  const [bucket, archive] = [
    await bus.bucket(escalationBucket, { deadlineMs: storeDeadlineMs }),
    await bus.bucket(escalationArchiveBucket, { deadlineMs: storeDeadlineMs }),
  ];
  const escalations = new Escalations({
    bus,
    channelHealth,
    bucket,
    archive,
    timers: await bus.timers(context.name),
    incidents: openIncidents(
      await bus.bucket(incidentBucket, { deadlineMs: storeDeadlineMs }),
      await bus.bucket(openIncidentBucket, { deadlineMs: storeDeadlineMs }),
      logger,
    ),
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
  const clocks = await watchClocks({ bus, health, maxSkewMs: config.safety.maxClockSkewMs });
  await consumeRoutes(bus, 'escalator', escalatorRoutes(escalations));
  // What it has to tell may find no store that takes it: people are paged meanwhile.
  void channelHealth.checkSecrets();
  const records = await tellUnreadableRecords(await bus.bucket(quarantineBucket), health);
  const archiving = keepArchiving({
    from: bucket,
    to: archive,
    restMs: archiveAfterMs,
    isOver: (record) => record.status === 'resolved' && !isUnderWay(record),
    archived: (record) => record,
    logger,
    runtime,
  });
  return {
    async beforeDrain() {
      await archiving.stop();
      await clocks.stop();
      await sweep.stop();
      await records.stop();
      await escalations.settle();
    },
    async stop() {
      escalations.close();
      await escalations.settle();
    },
  };
}
