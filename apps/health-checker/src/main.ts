import { runService } from '@cortex/service';
import { startHealthChecker } from './app.ts';
import { loadHealthCheckerPlugins } from './plugins.ts';

await runService({
  name: 'health-checker',
  plugins: loadHealthCheckerPlugins,
  start: (context) => startHealthChecker(context),
});
