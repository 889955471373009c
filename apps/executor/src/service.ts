import type { ServiceDefinition } from '@cortex/service';
import { startExecutor } from './app.ts';
import { loadExecutorPlugins } from './plugins.ts';

export const executorService: ServiceDefinition = {
  name: 'executor',
  plugins: loadExecutorPlugins,
  secretsIn: ({ playbooks }) => playbooks,
  start: (context) => startExecutor(context),
};
