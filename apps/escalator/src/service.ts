import type { ServiceDefinition } from '@cortex/service';
import { startEscalator } from './app.ts';
import { loadEscalatorPlugins } from './plugins.ts';

export const escalatorService: ServiceDefinition = {
  name: 'escalator',
  plugins: loadEscalatorPlugins,
  secretsIn: ({ contacts }) => contacts,
  start: (context) => startEscalator(context),
};
