import type { ServiceDefinition } from '@cortex/service';
import { startEscalator } from './app.ts';
import { loadEscalatorPlugins } from './plugins.ts';

export const escalatorService: ServiceDefinition = {
  name: 'escalator',
  plugins: loadEscalatorPlugins,
  start: (context) => startEscalator(context),
};
