import { runService } from '@cortex/service';
import { startDecision } from './app.ts';

await runService({ name: 'decision', start: startDecision });
