import type { ServiceDefinition } from '@cortex/service';
import { startDecision } from './app.ts';
import { loadDecisionPlugins } from './plugins.ts';

export const decisionService: ServiceDefinition = {
  name: 'decision',
  plugins: loadDecisionPlugins,
  start: (context) => startDecision(context),
};
