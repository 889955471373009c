import { readRecentSeries, type RecentSeries } from '../../readers/recent-series.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

export function seriesRoutes({ bus, now }: ApiDependencies): readonly ServedRoute[] {
  let running: Promise<RecentSeries> | undefined;
  return [
    serveRoute('series', {
      handle: async ({ query }) => {
        // Ten minutes of telemetry are much to read: concurrent requests share one result.
        running ??= readRecentSeries(bus, now()).finally(() => (running = undefined));
        const { series, isWhole } = await running;
        const wanted = series.filter(({ service }) => query.service === undefined || service === query.service);
        return { series: wanted.slice(0, query.limit), total: wanted.length, isWhole };
      },
    }),
  ];
}
