import { redactValue } from '@cortex/config';
import { escapeToken, reloadBucket, reloadRequestKey, runningConfigurationBucket } from '@cortex/contracts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

export function configurationRoutes({ bus, config, instance, now }: ApiDependencies): readonly ServedRoute[] {
  const records = bus.bucket(runningConfigurationBucket);
  return [
    serveRoute('configuration', {
      handle: async () => {
        const processes = (await (await records).entries()).map(({ value }) => value);
        const own = await (await records).get(escapeToken(instance));
        return {
          folder: own?.value.folder ?? '',
          processes: processes.toSorted((left, right) => (left.instance < right.instance ? -1 : 1)),
          configuration: redactValue(config) as Record<string, unknown>,
        };
      },
    }),
    serveRoute('reload', {
      problems: ['CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ body }) => {
        const instances = await (await records).entries();
        const requests = await bus.bucket(reloadBucket);
        await requests.put(reloadRequestKey, { ...body, at: now().toISOString() });
        return { id: body.id, instances: instances.map(({ value }) => value.instance) };
      },
    }),
  ];
}
