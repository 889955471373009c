import { awaitedMetrics, redactValue } from '@cortex/config';
import {
  controlChanged,
  draft,
  escapeToken,
  metricMissingAfterMs,
  metricSightingBucket,
  reloadBucket,
  reloadRequestKey,
  runningConfigurationBucket,
} from '@cortex/contracts';
import { dirname } from 'node:path';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { publishOrFail } from '../publish.ts';

export function configurationRoutes({ bus, config, instance, now }: ApiDependencies): readonly ServedRoute[] {
  const records = () => bus.bucket(runningConfigurationBucket);
  return [
    serveRoute('configuration', {
      handle: async () => {
        const processes = (await (await records()).entries()).map(({ value }) => value);
        const own = await (await records()).get(escapeToken(instance));
        return {
          folder: own === undefined ? '' : dirname(own.value.file),
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
        const at = now().toISOString();
        const { id, step, digest, by } = body;
        // Told before it is done: the audit trail knows of each configuration that may have been taken.
        if (step === 'take') {
          const data = { control: 'configuration', digest, by, at } as const;
          await publishOrFail(bus, draft(controlChanged, { service: 'cortex', data, key: id }));
        }
        await requests.put(reloadRequestKey, { ...body, at });
        return { id, instances: instances.map(({ value }) => value.instance) };
      },
    }),
  ];
}
