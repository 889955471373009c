import { ReloadForm } from '../forms.ts';
import type { Route } from '../route.ts';
import { AwaitedMetricList, ConfigurationView, ReloadView } from '../views/configuration.ts';

const tag = 'system';

export const configurationRoutes = {
  configuration: {
    tag,
    summary: 'The configuration that is in use, and which process runs which',
    response: ConfigurationView,
  },
  awaitedMetrics: {
    tag,
    summary: 'The metrics that playbooks ask about, who waits for each, and when it was last told',
    response: AwaitedMetricList,
  },
  reload: {
    tag,
    summary: 'Ask every service whether it could take the files of this digest (check), and then to take them (take)',
    body: ReloadForm,
    response: ReloadView,
  },
} satisfies Record<string, Route>;
