import type { ServiceDefinition } from '@cortex/service';
import { startVerifier } from './app.ts';
import { loadVerifierPlugins } from './plugins.ts';

export const verifierService: ServiceDefinition = {
  name: 'verifier',
  plugins: loadVerifierPlugins,
  secretsIn: ({ checks }) => checks,
  start: (context) => startVerifier(context),
};
