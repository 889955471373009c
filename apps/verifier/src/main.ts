import { loadChecks } from '@cortex/checks';
import { runService } from '@cortex/service';
import { startVerifier } from './app.ts';

await runService({
  name: 'verifier',
  plugins: async (folders) => ({ checks: await loadChecks(folders) }),
  start: startVerifier,
});
