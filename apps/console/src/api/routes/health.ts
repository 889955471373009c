import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

export function healthRoutes({ checks, now }: ApiDependencies): readonly ServedRoute[] {
  return [
    serveRoute('checks', {
      worksOffline: true,
      handle: async ({ query: { failing, limit, ...filter } }) =>
        checks.list({ ...filter, failing: failing === 'true' }, limit, now()),
    }),
  ];
}
