import type { ServiceDefinition } from '@cortex/service';
import { startVerifier } from './app.ts';
import { loadVerifierPlugins } from './plugins.ts';

export const verifierService: ServiceDefinition = {
  name: 'verifier',
  plugins: loadVerifierPlugins,
  start: (context) => startVerifier(context),
};
