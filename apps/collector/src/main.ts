import { runService } from '@cortex/service';
import { startCollector } from './app.ts';

await runService({ name: 'collector', start: startCollector });
