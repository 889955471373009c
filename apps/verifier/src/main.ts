import { runService } from '@cortex/service';
import { startVerifier } from './app.ts';
import { loadVerifierPlugins } from './plugins.ts';

await runService({ name: 'verifier', plugins: loadVerifierPlugins, start: (context) => startVerifier(context) });
