import type { ServiceDefinition } from '@cortex/service';
import { startExecutor } from './app.ts';
import { loadExecutorPlugins } from './plugins.ts';

export const executorService: ServiceDefinition = {
  name: 'executor',
  plugins: loadExecutorPlugins,
  start: (context) => startExecutor(context),
};
