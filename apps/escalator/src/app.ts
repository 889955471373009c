import { incidentBucket, escalationBucket } from '@cortex/contracts';
import { loadChannels } from '@cortex/channels';
import { defaultLimits } from '@cortex/escalation';
import type { EscalationSettings } from '@cortex/escalation';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { openIncidentFacts } from './adapters/incident-facts.ts';
import { openPageSender } from './adapters/page-sender.ts';
import { Escalations } from './escalations.ts';
import { consumeEscalationAcknowledged } from './handlers/escalation-acknowledged.ts';
import { consumeEscalationRequested } from './handlers/escalation-requested.ts';
import { consumeIncidentAcknowledged } from './handlers/incident-acknowledged.ts';
import { consumeIncidentResolved } from './handlers/incident-resolved.ts';
import { consumeTimerDue } from './handlers/timer-due.ts';
import { createPageMetrics } from './metrics.ts';
import { startSweep } from './sweep.ts';

/** Tells people, until somebody answers. `limits` are the product's own; tests shorten them. */
export async function startEscalator(
  context: ServiceContext,
  limits: Pick<EscalationSettings, 'repeat' | 'retry' | 'claimMs'> = defaultLimits,
): Promise<RunningApp> {
  const { bus, config, logger } = context;
  const channels = await loadChannels(config.pluginFolders);
  const escalations = new Escalations({
    bus,
    bucket: await bus.bucket(escalationBucket),
    timers: await bus.timers(context.name),
    facts: openIncidentFacts(await bus.bucket(incidentBucket), logger),
    send: openPageSender(config, channels, logger),
    settings: { ...limits, policies: config.escalationPolicies, contacts: config.contacts },
    metrics: createPageMetrics(context.metrics),
    logger,
    now: context.now,
  });
  const sweep = await startSweep(escalations, context);
  await Promise.all([
    consumeEscalationRequested(bus, escalations),
    consumeEscalationAcknowledged(bus, escalations),
    consumeIncidentAcknowledged(bus, escalations),
    consumeIncidentResolved(bus, escalations),
    consumeTimerDue(bus, escalations),
  ]);
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
