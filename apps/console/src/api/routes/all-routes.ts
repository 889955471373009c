import type { ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { approvalRoutes } from './approvals.ts';
import { configurationRoutes } from './configuration.ts';
import { eventRoutes } from './events.ts';
import { executionRoutes } from './executions.ts';
import { healthRoutes } from './health.ts';
import { incidentRoutes } from './incidents.ts';
import { killSwitchRoutes } from './kill-switch.ts';
import { playbookRoutes } from './playbooks.ts';
import { recordRoutes } from './records.ts';
import { seriesRoutes } from './series.ts';
import { silenceRoutes } from './silences.ts';
import { systemRoutes } from './system.ts';
import { unfreezeRoutes } from './unfreeze.ts';

/** Every route of the API. */
export function allRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  return [
    ...systemRoutes(dependencies),
    ...configurationRoutes(dependencies),
    ...seriesRoutes(dependencies),
    ...healthRoutes(dependencies),
    ...incidentRoutes(dependencies),
    ...approvalRoutes(dependencies),
    ...killSwitchRoutes(dependencies),
    ...silenceRoutes(dependencies),
    ...unfreezeRoutes(dependencies),
    ...playbookRoutes(dependencies),
    ...executionRoutes(dependencies),
    ...eventRoutes(dependencies),
    ...recordRoutes(dependencies),
  ];
}
