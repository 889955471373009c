import type { ServiceDefinition } from '@cortex/service';
import { startHealthChecker } from './app.ts';
import { loadHealthCheckerPlugins } from './plugins.ts';

export const healthCheckerService: ServiceDefinition = {
  name: 'health-checker',
  plugins: loadHealthCheckerPlugins,
  secretsIn: ({ checks }) => checks,
  start: (context) => startHealthChecker(context),
};
