import type { CheckView, TargetView } from '@cortex/api';
import { readKillSwitch } from '../../readers/kill-switch.ts';
import { countIncidents, overview, takenIncidents, waitingIncidents } from '../../readers/overview.ts';
import { presentHealth } from '../../readers/present-health.ts';
import { isSilenceActive } from '@cortex/suppression';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

const version = '0.1.0';
/** Of one target. */
const mostChecks = 1_000;

export function systemRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { bus, checks, config, control, feed, incidents, silenceIndex, targets, now } = dependencies;
  const checksOf = ({ target, state }: TargetView, at: Date): readonly CheckView[] =>
    state === 'HEALTHY' ? [] : checks.list(target, mostChecks, at).checks;
  return [
    serveRoute('status', {
      worksOffline: true,
      handle: async () => {
        const at = now();
        const views = targets.list(at);
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
          taken: takenIncidents(incidents.list()),
          silences: silenceIndex.list(at).silences.filter((silence) => isSilenceActive(silence, at.toISOString())),
          targets: { total: views.length, byState },
        };
      },
    }),
    serveRoute('overview', {
      worksOffline: true,
      handle: async () => {
        const at = now();
        return overview(incidents.list(), targets.list(at), at);
      },
    }),
    serveRoute('targets', {
      worksOffline: true,
      handle: async () => {
        const at = now();
        return { targets: targets.list(at).map((view) => presentHealth(view, checksOf(view, at))) };
      },
    }),
  ];
}
