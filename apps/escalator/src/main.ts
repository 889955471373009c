import { runService } from '@cortex/service';
import { startEscalator } from './app.ts';
import { loadEscalatorPlugins } from './plugins.ts';

await runService({ name: 'escalator', plugins: loadEscalatorPlugins, start: (context) => startEscalator(context) });
