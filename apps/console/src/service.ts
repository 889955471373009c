import { loadChecks } from '@cortex/checks';
import type { ServiceDefinition } from '@cortex/service';
import { startConsole } from './app.ts';

export const consoleService: ServiceDefinition = {
  name: 'console',
  // It runs none of them; only a plugin knows the tier of its checks, and with it how often and how long they run.
  plugins: async (folders) => ({ checks: await loadChecks(folders) }),
  start: (context) => startConsole(context),
};
