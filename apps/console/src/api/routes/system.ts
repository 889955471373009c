import { readKillSwitch } from '../../readers/kill-switch.ts';
import { countIncidents, overview, waitingIncidents } from '../../readers/overview.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

const version = '0.1.0';

export function systemRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { bus, config, control, feed, incidents, targets, now } = dependencies;
  return [
    serveRoute('status', {
      worksOffline: true,
      handle: async () => {
        const at = now();
        const views = targets.list();
        const byState: Record<string, number> = {};
        for (const view of views) byState[view.state] = (byState[view.state] ?? 0) + 1;
        return {
          version,
          environment: config.environment,
          now: at.toISOString(),
          nats: { connected: bus.isConnected() },
          killSwitch: await readKillSwitch(control, bus, at),
          dryRun: config.safety.dryRun,
          services: [...feed.servicesSeen()],
          counts: countIncidents(incidents.list()),
          waiting: waitingIncidents(incidents.list()),
          targets: { total: views.length, byState },
        };
      },
    }),
    serveRoute('overview', {
      worksOffline: true,
      handle: async () => overview(incidents.list(), targets.list(), now()),
    }),
    serveRoute('targets', {
      worksOffline: true,
      handle: async () => ({ targets: [...targets.list()] }),
    }),
  ];
}
