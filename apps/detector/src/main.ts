import { runService } from '@cortex/service';
import { startDetector } from './app.ts';

await runService({ name: 'detector', start: startDetector });
