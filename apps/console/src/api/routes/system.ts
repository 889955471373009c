import { readKillSwitch } from '../../readers/kill-switch.ts';
import { countIncidents, overview } from '../../readers/overview.ts';
import { Overview, Status, TargetList } from '../../views/system.ts';
import { defineRoute, type AnyRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

const version = '0.1.0';

export function systemRoutes(dependencies: ApiDependencies): readonly AnyRoute[] {
  const { bus, config, control, feed, incidents, targets, now } = dependencies;
  return [
    defineRoute({
      method: 'GET',
      path: '/status',
      worksOffline: true,
      tag: 'system',
      summary: 'Connection, kill switch, services of Cortex that were seen, counts',
      response: Status,
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
          targets: { total: views.length, byState },
        };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/overview',
      worksOffline: true,
      tag: 'system',
      summary:
        'The real-time dashboard: activity of the last hour, health score, services by severity, recent remediations',
      response: Overview,
      handle: async () => overview(incidents.list(), targets.list(), now()),
    }),
    defineRoute({
      method: 'GET',
      path: '/health/targets',
      worksOffline: true,
      tag: 'system',
      summary: 'The health of every configured target',
      response: TargetList,
      handle: async () => ({ targets: [...targets.list()] }),
    }),
  ];
}
