import { loadChecks } from '@cortex/checks';
import { runService } from '@cortex/service';
import { startHealthChecker } from './app.ts';

await runService({
  name: 'health-checker',
  plugins: async (folders) => ({ checks: await loadChecks(folders) }),
  start: startHealthChecker,
});
