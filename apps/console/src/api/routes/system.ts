import type { CheckView, TargetView } from '@cortex/api';
import { readKillSwitch } from '../../readers/kill-switch.ts';
import { countIncidents, overview, waitingIncidents } from '../../readers/overview.ts';
import { presentHealth } from '../../readers/present-health.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

const version = '0.1.0';
/** Of one target. */
const mostChecks = 1_000;

export function systemRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { bus, checks, config, control, feed, incidents, targets, now } = dependencies;
  const checksOf = ({ target, state }: TargetView, at: Date): readonly CheckView[] =>
    state === 'HEALTHY' ? [] : checks.list(target, mostChecks, at).checks;
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
      handle: async () => {
        const at = now();
        return { targets: targets.list().map((view) => presentHealth(view, checksOf(view, at))) };
      },
    }),
  ];
}
