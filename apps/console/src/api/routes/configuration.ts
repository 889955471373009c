import { awaitedMetrics, redactValue } from '@cortex/config';
import {
  escapeToken,
  metricMissingAfterMs,
  metricSightingBucket,
  reloadBucket,
  reloadRequestKey,
  runningConfigurationBucket,
} from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

export function configurationRoutes({ bus, config, instance, now }: ApiDependencies): readonly ServedRoute[] {
  const records = () => bus.bucket(runningConfigurationBucket);
  return [
    serveRoute('configuration', {
      handle: async () => {
        const processes = (await (await records()).entries()).map(({ value }) => value);
        const own = await (await records()).get(escapeToken(instance));
        return {
          folder: own?.value.folder ?? '',
          processes: processes.toSorted((left, right) => (left.instance < right.instance ? -1 : 1)),
          configuration: redactValue(config) as Record<string, unknown>,
        };
      },
    }),
    serveRoute('awaitedMetrics', {
      handle: async () => {
        const sightings = await (await bus.bucket(metricSightingBucket)).entries();
        const seen = new Map(sightings.map(({ value }) => [value.metric, value.seenAt]));
        const nowMs = now().getTime();
        return {
          metrics: awaitedMetrics(config.playbooks).map(({ metric, by }) => {
            const seenAt = seen.get(metric);
            const isMissing = seenAt === undefined || nowMs - Date.parse(seenAt) >= metricMissingAfterMs;
            return { metric, by: [...by], isMissing, ...(seenAt === undefined ? {} : { seenAt }) };
          }),
        };
      },
    }),
    serveRoute('reload', {
      problems: ['CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ body }) => {
        const instances = await (await records()).entries();
        const requests = await bus.bucket(reloadBucket);
        await requests.put(reloadRequestKey, { ...body, at: now().toISOString() });
        return { id: body.id, instances: instances.map(({ value }) => value.instance) };
      },
    }),
  ];
}
