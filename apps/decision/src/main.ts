import { runService } from '@cortex/service';
import { startDecision } from './app.ts';
import { loadDecisionPlugins } from './plugins.ts';

await runService({ name: 'decision', plugins: loadDecisionPlugins, start: startDecision });
