import { loadActions } from '@cortex/actions';
import { loadChecks } from '@cortex/checks';
import { runService } from '@cortex/service';
import { startExecutor } from './app.ts';

await runService({
  name: 'executor',
  plugins: async (folders) => ({ actions: await loadActions(folders), checks: await loadChecks(folders) }),
  start: startExecutor,
});
