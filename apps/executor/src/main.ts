import { runService } from '@cortex/service';
import { startExecutor } from './app.ts';
import { loadExecutorPlugins } from './plugins.ts';

await runService({ name: 'executor', plugins: loadExecutorPlugins, start: (context) => startExecutor(context) });
