import { apiPrefix } from '@cortex/api';
import {
  breakerBucket,
  controlBucket,
  escalationArchiveBucket,
  escalationBucket,
  healthBucket,
  executionArchiveBucket,
  incidentArchiveBucket,
  incidentBucket,
  journalBucket,
  playbookPerformanceBucket,
  silenceBucket,
  unfreezeBucket,
} from '@cortex/contracts';
import type { RunningApp, ServiceContext } from '@cortex/service';
import { fastify } from 'fastify';
import { addRoutes } from './api/define-route.ts';
import type { ApiDependencies } from './api/dependencies.ts';
import { installErrorHandler } from './api/error-handler.ts';
import { assertConnected } from './api/publish.ts';
import { installOpenApi } from './api/open-api.ts';
import { allRoutes } from './api/routes/all-routes.ts';
import { installApiGuards, installSecurityHeaders } from './api/security.ts';
import { startEventFeed } from './live/event-feed.ts';
import { servePage } from './page-server.ts';
import { startCheckIndex } from './readers/check-index.ts';
import { startIncidentIndex } from './readers/incident-index.ts';
import { startSilenceIndex } from './readers/silence-index.ts';
import { startTargetIndex } from './readers/target-index.ts';
import { readSettings, type ConsoleSettings } from './settings.ts';

/** The largest request body that any route takes, in bytes. */
const bodyLimitBytes = 1024 * 1024;

/** API and page on the kit's HTTP server. Everything shown is read from NATS; nothing is kept here. */
export async function startConsole(
  context: ServiceContext,
  settings: ConsoleSettings = readSettings(process.env),
): Promise<RunningApp> {
  const { bus, config, logger } = context;
  const { now } = context.runtime;
  const onInvalid = (key: string, error: Error): void => logger.warn({ key, err: error }, 'unreadable record skipped');
  const silences = await bus.bucket(silenceBucket);
  const [incidents, targets, silenceIndex, feed] = await Promise.all([
    startIncidentIndex(await bus.bucket(incidentBucket), await bus.bucket(incidentArchiveBucket), onInvalid),
    startTargetIndex(await bus.bucket(healthBucket), config, onInvalid),
    startSilenceIndex(silences, onInvalid),
    startEventFeed(bus),
  ]);
  const checks = await startCheckIndex(bus, { feed, config, silences: silenceIndex });
  const dependencies: ApiDependencies = {
    bus,
    config,
    instance: context.instance,
    incidents,
    targets,
    checks,
    feed,
    silences,
    silenceIndex,
    now,
    control: await bus.bucket(controlBucket),
    unfreezes: await bus.bucket(unfreezeBucket),
    breakers: await bus.bucket(breakerBucket),
    performance: await bus.bucket(playbookPerformanceBucket),
    journal: await bus.bucket(journalBucket),
    journalArchive: await bus.bucket(executionArchiveBucket),
    escalations: await bus.bucket(escalationBucket),
    escalationArchive: await bus.bucket(escalationArchiveBucket),
  };

  const http = fastify({ logger: false, bodyLimit: bodyLimitBytes, forceCloseConnections: true });
  await http.register(
    async (api) => {
      installSecurityHeaders(api);
      installErrorHandler(api, logger);
      installApiGuards(api, { ...settings, now });
      await installOpenApi(api);
      addRoutes(api, allRoutes(dependencies), () => assertConnected(bus));
    },
    { prefix: apiPrefix },
  );
  await http.register(servePage);
  await http.ready();
  context.serveHttp((request, response) => http.routing(request, response));
  if (settings.token === undefined) logger.info('the API asks for no token; set CORTEX_API_TOKEN beyond this machine');

  return {
    async stop() {
      await Promise.all([
        http.close(),
        checks.stop(),
        feed.stop(),
        incidents.stop(),
        targets.stop(),
        silenceIndex.stop(),
      ]);
    },
  };
}
